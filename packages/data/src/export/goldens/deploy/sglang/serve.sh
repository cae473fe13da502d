#!/bin/sh
set -e
python -m sglang.launch_server --model-path llava-hf/llava-onevision-qwen2-7b-ov-hf --enable-multimodal \
  --context-length 3840 \
  --limit-mm-data-per-request '{"image":4,"video":1}' \
  --mm-process-config '{"video":{"do_sample_frames":true,"num_frames":17}}' \
  --chunked-prefill-size 8192 "$@"
