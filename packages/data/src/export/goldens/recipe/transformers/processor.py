"""Loads the processor of llava-hf/llava-onevision-qwen2-0.5b-ov-hf, sets what was planned, and saves it to ./processor.

Run: python processor.py [REPOSITORY OR FOLDER]
Load: AutoProcessor.from_pretrained("processor")
"""

import sys

from transformers import AutoConfig, AutoProcessor

WEIGHTS = sys.argv[1] if len(sys.argv) > 1 else "llava-hf/llava-onevision-qwen2-0.5b-ov-hf"
IMAGE = {"image_grid_pinpoints": [[384, 384], [384, 768], [384, 1152], [384, 1536], [384, 1920], [384, 2304], [768, 384], [768, 768], [768, 1152], [768, 1536], [1152, 384], [1152, 768], [1152, 1152], [1536, 384], [1536, 768], [1920, 384], [2304, 384]]}
VIDEO = {"do_sample_frames": True, "num_frames": 17}
PROCESSOR = {"vision_aspect_ratio": "anyres_max_3"}
MODEL = {"vision_aspect_ratio": "anyres_max_3"}


def assign(target, values):
    for name, value in values.items():
        if target is None or not hasattr(target, name):
            sys.exit(f"{type(target).__name__} has no {name}: this processor is not the one that was planned for")
        setattr(target, name, value)


processor = AutoProcessor.from_pretrained(WEIGHTS)
assign(getattr(processor, "image_processor", None), IMAGE) if IMAGE else None
assign(getattr(processor, "video_processor", None), VIDEO) if VIDEO else None
assign(processor, PROCESSOR)
processor.save_pretrained("processor")
if MODEL:
    config = AutoConfig.from_pretrained(WEIGHTS)
    assign(config, MODEL)
    config.save_pretrained("processor")
print("saved to ./processor")
