#!/usr/bin/env bash
# transformers 5.18.0: `num_frames` of a video processor is obeyed, refused or ignored, depending on the model.
#
# Guess: a call with `do_sample_frames=True, num_frames=8` gives 8 frames, whichever model's video processor it is. Seen,
# on a clip of 40 frames at 10 fps: Qwen2-VL takes 8 and 16; Qwen3-VL always raises, because its own default fps=2 counts
# as an argument of the caller (pass `fps=None` with it); GLM-4V and GLM-4.6V give the same grid for 8 and for 16.
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
import transformers
from transformers.video_utils import VideoMetadata

logging.disable(logging.WARNING)
clip = np.zeros((40, 64, 64, 3), dtype=np.uint8)
about = VideoMetadata(total_num_frames=40, fps=10.0, duration=4.0, width=64, height=64)


def pairs_of_frames(name, **options):
    processor = getattr(transformers, name)()
    try:
        made = processor(videos=[clip], video_metadata=[about], do_sample_frames=True, return_tensors="pt", **options)
    except ValueError as error:
        return f"ValueError: {error}"
    return int(made["video_grid_thw"][0, 0])


for name in ("Qwen2VLVideoProcessor", "Qwen3VLVideoProcessor", "Glm4vVideoProcessor", "Glm46VVideoProcessor"):
    print(name, pairs_of_frames(name, num_frames=8), pairs_of_frames(name, num_frames=16), sep=" | ")
print("Qwen3VLVideoProcessor with fps=None", pairs_of_frames("Qwen3VLVideoProcessor", num_frames=8, fps=None), sep=" | ")
PY
seen=$("$folder/venv/bin/python" "$folder/seen.py" 2> "$folder/errors") || { cat "$folder/errors"; exit 1; }
refusal='ValueError: `num_frames` and `fps` are mutually exclusive arguments, please use only one!'
expected="Qwen2VLVideoProcessor | 4 | 8
Qwen3VLVideoProcessor | $refusal | $refusal
Glm4vVideoProcessor | 4 | 4
Glm46VVideoProcessor | 12 | 12
Qwen3VLVideoProcessor with fps=None | 4"
printf 'transformers 5.18.0, pairs of frames for num_frames=8 | 16\n%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo "changed; before it was:"; echo "$expected"; exit 1; }
