"""transformers' own image processor on JPEG files, one call each, timed on request: decode, process, tensors.

Arguments: model, backend, threads, file for the first tensor, JPEG files. First line out: "ready". Every line in: one
round over all files, answered with its seconds of wall clock.
"""

import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "oracle"))
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from pixels import CLIP, HALF, IMAGENET, SQUARE_336, pixels, sides  # noqa: E402  (also registers what importing torchvision needs)
from transformers import (  # noqa: E402
    CLIPImageProcessor,
    CLIPImageProcessorPil,
    Gemma4ImageProcessor,
    Gemma4ImageProcessorPil,
    GotOcr2ImageProcessor,
    GotOcr2ImageProcessorPil,
    Idefics3ImageProcessor,
    Idefics3ImageProcessorPil,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionImageProcessorPil,
    Qwen2VLImageProcessor,
    Qwen2VLImageProcessorPil,
)

TILES_448 = {**IMAGENET, "size": {"height": 448, "width": 448}, "crop_to_patches": True}
PROCESSORS = {
    "llava-onevision-qwen2-7b-ov": (LlavaOnevisionImageProcessor, LlavaOnevisionImageProcessorPil, HALF),
    "qwen2.5-vl-7b": (Qwen2VLImageProcessor, Qwen2VLImageProcessorPil, {**CLIP, **pixels(3136, 12845056)}),
    "llava-1.5-7b": (CLIPImageProcessor, CLIPImageProcessorPil, {**CLIP, **SQUARE_336}),
    "internvl3-8b": (GotOcr2ImageProcessor, GotOcr2ImageProcessorPil, TILES_448),
    "gemma-4-e4b": (Gemma4ImageProcessor, Gemma4ImageProcessorPil, {}),
    "smolvlm-256m": (Idefics3ImageProcessor, Idefics3ImageProcessorPil, {**HALF, **sides(2048, 512)}),
}

model, backend, threads, target, *files = sys.argv[1:]
torch.set_num_threads(int(threads))
torchvision_class, pillow_class, constants = PROCESSORS[model]
processor = (torchvision_class if backend == "torchvision" else pillow_class)(**constants)


def run(file):
    return processor(Image.open(file).convert("RGB"), return_tensors="pt")


run(files[0])["pixel_values"].float().numpy().tofile(target)
print("ready", flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    for file in files:
        run(file)
    print(time.perf_counter() - started, flush=True)
