#!/bin/sh
# Stage 1.5, high-quality knowledge learning: 4,000,000 single-image; 1 epoch, 15,625 steps of 256; trains tower, projector, language-model; at most 3,328 tokens; planned on 8 × NVIDIA H100 SXM5 80 GB
# LLAVA_NEXT is the checkout of LLaVA-NeXT; NPROC, NNODES, NODE_RANK and MASTER say where to train.
set -e
EXPORT=$(cd "$(dirname "$0")" && pwd)
MIXTURE=$(mktemp -t onevision-XXXXXX.yaml)
sed "s|\$EXPORT|$EXPORT|" "$EXPORT/2-knowledge.yaml" > "$MIXTURE"
cd "${LLAVA_NEXT:?the checkout of LLaVA-NeXT}"
torchrun --nproc_per_node "${NPROC:-8}" --nnodes "${NNODES:-1}" --node_rank "${NODE_RANK:-0}" \
  --master_addr "${MASTER:-127.0.0.1}" --master_port 29500 llava/train/train_mem.py \
  --model_name_or_path "$EXPORT/checkpoints/1-alignment" --data_path "$MIXTURE" \
  --image_folder "$EXPORT" --video_folder "$EXPORT" --output_dir "$EXPORT/checkpoints/2-knowledge" \
  --deepspeed scripts/zero3.json \
  --version qwen_1_5 \
  --mm_tunable_parts mm_vision_tower,mm_mlp_adapter,mm_language_model \
  --learning_rate 0.00001 \
  --mm_vision_tower_lr 0.000002 \
  --vision_tower google/siglip-so400m-patch14-384 \
  --mm_projector_type mlp2x_gelu \
  --mm_vision_select_layer -2 \
  --mm_use_im_start_end False \
  --mm_use_im_patch_token False \
  --mm_patch_merge_type spatial_unpad \
  --image_aspect_ratio anyres_max_3 \
  --image_grid_pinpoints '[(384, 384), (384, 768), (384, 1152), (384, 1536), (384, 1920), (384, 2304), (768, 384), (768, 768), (768, 1152), (768, 1536), (1152, 384), (1152, 768), (1152, 1152), (1536, 384), (1536, 768), (1920, 384), (2304, 384)]' \
  --mm_spatial_pool_stride 2 \
  --mm_spatial_pool_mode bilinear \
  --mm_newline_position one_token \
  --frames_upbound 17 \
  --force_sample True \
  --group_by_modality_length True \
  --num_train_epochs 1 \
  --per_device_train_batch_size 8 \
  --gradient_accumulation_steps 4 \
  --lr_scheduler_type cosine \
  --warmup_ratio 0.03 \
  --weight_decay 0 \
  --model_max_length 3328 \
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
  --run_name llava-onevision-2-knowledge "$@"
