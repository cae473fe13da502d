#!/usr/bin/env bash
# transformers 5.18.0: a saved Llama4Processor loses its pixel_shuffle_ratio.
#
# Guess: `save_pretrained` writes what the constructor was given, so a processor with pixel_shuffle_ratio=0.25 (one token
# for 4x4 patches) loads as it was. Seen: processor_config.json holds patch_size and no ratio, and what is loaded has the
# default 0.5: every image takes four times the tokens, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.18.0 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 pillow==12.3.0
cat > "$folder/seen.py" << 'PY'
import logging
import torch
import sys

# Builds of torchvision without its compiled operators can be imported once these names exist.
try:
    import torchvision
except RuntimeError:
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from tokenizers import Tokenizer, models
from transformers import Llama4ImageProcessor, Llama4Processor, PreTrainedTokenizerFast

logging.disable(logging.WARNING)
WORDS = "<|image|> <|image_start|> <|image_end|> <|patch|> <|tile_x_separator|> <|tile_y_separator|> other".split()
vocabulary = models.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="other")
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(vocabulary))
made = Llama4Processor(Llama4ImageProcessor(), tokenizer, patch_size=14, pixel_shuffle_ratio=0.25)
print("made:", made.downsample_ratio)
made.save_pretrained(sys.argv[1])
print("saved and loaded:", Llama4Processor.from_pretrained(sys.argv[1]).downsample_ratio)
PY
seen=$("$folder/venv/bin/python" "$folder/seen.py" "$folder/saved" 2> "$folder/errors") || { cat "$folder/errors"; exit 1; }
expected='made: 16
saved and loaded: 4'
printf 'transformers 5.18.0, patches to a token\n%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo "changed; before it was:"; echo "$expected"; exit 1; }
