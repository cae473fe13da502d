#!/usr/bin/env bash
# transformers 5.18.0: SmolVLMVideoProcessor overwrites `video_sampling.video_size` with `size`.
#
# Guess: video_sampling.video_size, the edge that the released SmolVLM2 files give for frames, is what frames are resized
# to first, and `size` is that of images. Seen: with both given, as in those files, `size` is written over video_size when
# the processor is made; frames go through a resize to 2,048 before the last one to 384, and their pixels differ.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.18.0 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 pillow==12.3.0
cat > "$folder/seen.py" << 'PY'
import logging
import torch

# Builds of torchvision without its compiled operators can be imported once these names exist.
try:
    import torchvision
except RuntimeError:
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import numpy as np
from transformers import SmolVLMVideoProcessor
from transformers.video_utils import VideoMetadata

logging.disable(logging.WARNING)
clip = np.random.default_rng(0).integers(0, 256, (4, 480, 640, 3), dtype=np.uint8)
about = VideoMetadata(total_num_frames=4, fps=1.0, duration=4.0, width=640, height=480)


def made(**size):
    sampling = {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": 384}}
    processor = SmolVLMVideoProcessor(max_image_size={"longest_edge": 384}, video_sampling=sampling, **size)
    pixels = processor(videos=[clip], video_metadata=[about], return_tensors="pt")["pixel_values"]
    return processor.size["longest_edge"], pixels


alone, expected = made()
beside, pixels = made(size={"longest_edge": 2048})
print("video_size 384 alone:", alone)
print("beside size 2048:", beside)
print("values that differ:", "some" if bool((pixels != expected).any()) else "none")
PY
seen=$("$folder/venv/bin/python" "$folder/seen.py" 2> "$folder/errors") || { cat "$folder/errors"; exit 1; }
expected='video_size 384 alone: 384
beside size 2048: 2048
values that differ: some'
printf 'transformers 5.18.0, edge that frames are resized to first\n%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo "changed; before it was:"; echo "$expected"; exit 1; }
