#!/bin/sh
set -e
vllm serve Qwen/Qwen2.5-VL-7B-Instruct \
  --max-model-len 2304 \
  --limit-mm-per-prompt '{"image":4,"video":1}' \
  --max-num-batched-tokens 8192 "$@"
