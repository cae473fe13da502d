#!/bin/sh
set -e
vllm serve llava-hf/llava-onevision-qwen2-7b-ov-hf \
  --max-model-len 3840 \
  --limit-mm-per-prompt '{"image":4,"video":1}' \
  --media-io-kwargs '{"video":{"num_frames":17}}' \
  --max-num-batched-tokens 8192 "$@"
