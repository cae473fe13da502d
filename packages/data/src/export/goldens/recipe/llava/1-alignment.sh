#!/bin/sh
# Stage 1, language-image alignment: 558,000 single-image; 1 epoch, 1,090 steps of 512; trains projector; at most 1,024 tokens; planned on 8 × NVIDIA H100 SXM5 80 GB
# LLAVA_NEXT is the checkout of LLaVA-NeXT; NPROC, NNODES, NODE_RANK and MASTER say where to train.
set -e
EXPORT=$(cd "$(dirname "$0")" && pwd)
MIXTURE=$(mktemp -t onevision-XXXXXX.yaml)
sed "s|\$EXPORT|$EXPORT|" "$EXPORT/1-alignment.yaml" > "$MIXTURE"
cd "${LLAVA_NEXT:?the checkout of LLaVA-NeXT}"
torchrun --nproc_per_node "${NPROC:-8}" --nnodes "${NNODES:-1}" --node_rank "${NODE_RANK:-0}" \
  --master_addr "${MASTER:-127.0.0.1}" --master_port 29500 llava/train/train_mem.py \
  --model_name_or_path lmms-lab/llava-onevision-qwen2-0.5b-ov --data_path "$MIXTURE" \
  --image_folder "$EXPORT" --video_folder "$EXPORT" --output_dir "$EXPORT/checkpoints/1-alignment" \
  --deepspeed scripts/zero3.json \
  --version plain \
  --mm_tunable_parts mm_mlp_adapter \
  --learning_rate 0.001 \
  --vision_tower google/siglip-so400m-patch14-384 \
  --mm_projector_type mlp2x_gelu \
  --mm_vision_select_layer -2 \
  --mm_use_im_start_end False \
  --mm_use_im_patch_token False \
  --mm_patch_merge_type spatial_unpad \
  --image_aspect_ratio square \
  --group_by_modality_length True \
  --num_train_epochs 1 \
  --per_device_train_batch_size 32 \
  --gradient_accumulation_steps 2 \
  --lr_scheduler_type cosine \
  --warmup_ratio 0.03 \
  --weight_decay 0 \
  --model_max_length 1024 \
  --gradient_checkpointing True \
  --bf16 True \
  --tf32 True \
  --lazy_preprocess True \
  --dataloader_num_workers 4 \
  --dataloader_drop_last True \
  --save_strategy steps \
  --save_steps 1000 \
  --save_total_limit 1 \
  --logging_steps 1 \
  --run_name llava-onevision-1-alignment "$@"
