"""Loads the processor of Qwen/Qwen2.5-VL-7B-Instruct, sets what was planned, and saves it to ./processor.

Run: python processor.py [REPOSITORY OR FOLDER]
Load: AutoProcessor.from_pretrained("processor")
"""

import sys

from transformers import AutoConfig, AutoProcessor

WEIGHTS = sys.argv[1] if len(sys.argv) > 1 else "Qwen/Qwen2.5-VL-7B-Instruct"
IMAGE = {"size": {"shortest_edge": 3136, "longest_edge": 1605632}}
VIDEO = {"size": {"shortest_edge": 100352, "longest_edge": 100352}, "do_sample_frames": True, "num_frames": 32}
PROCESSOR = {}
MODEL = {}


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
