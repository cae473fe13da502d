#!/bin/sh
set -e
python -m sglang.launch_server --model-path Qwen/Qwen2.5-VL-7B-Instruct --enable-multimodal \
  --context-length 2304 \
  --limit-mm-data-per-request '{"image":4,"video":1}' \
  --chunked-prefill-size 8192 "$@"
