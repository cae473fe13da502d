"""transformers' own image processor on one JPEG, timed on request: decode, process, tensors.

Arguments: model, backend, threads, JPEG, file for the tensor. First line out: "ready". Every line in: one round,
answered with its seconds of wall clock.
"""

import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "oracle"))
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from pixels import CLIP, HALF, pixels  # noqa: E402  (also registers what importing torchvision needs)
from transformers import (  # noqa: E402
    LlavaOnevisionImageProcessor,
    LlavaOnevisionImageProcessorPil,
    Qwen2VLImageProcessor,
    Qwen2VLImageProcessorPil,
)

PROCESSORS = {
    "llava-onevision-qwen2-7b-ov": (LlavaOnevisionImageProcessor, LlavaOnevisionImageProcessorPil, HALF),
    "qwen2.5-vl-7b": (Qwen2VLImageProcessor, Qwen2VLImageProcessorPil, {**CLIP, **pixels(3136, 12845056)}),
}

model, backend, threads, jpeg, target = sys.argv[1:]
torch.set_num_threads(int(threads))
torchvision_class, pillow_class, constants = PROCESSORS[model]
processor = (torchvision_class if backend == "torchvision" else pillow_class)(**constants)


def run():
    return processor(Image.open(jpeg).convert("RGB"), return_tensors="pt")


run()["pixel_values"].float().numpy().tofile(target)
print("ready", flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    run()
    print(time.perf_counter() - started, flush=True)
