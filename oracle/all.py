"""Rewrites every golden that comes from transformers, torch or the LLaVA-NeXT arithmetic, and checks the models.

Each script runs in its own process: `_get_num_multimodal_tokens` writes its arguments into class-level defaults.
"""

import subprocess
import sys
import time
from pathlib import Path

SCRIPTS = [
    "llava",
    "llava_next",
    "llava_onevision",
    "llava_next_repo",
    "qwen_vl",
    "frame_limits",
    "video_llava",
    "vllm_repo",
    "fixed",
    "tiles",
    "slices",
    "grids",
    "saved",
    "pooling",
    "positions",
    "resample",
    "loading",
    "pixels",
    "graph",
    "model",
    "model_attention",
    "model_logits",
    "training",
    "frame_choice",
    "check_models",
]


def main():
    wanted = sys.argv[1:] or SCRIPTS
    unknown = sorted(set(wanted) - set(SCRIPTS))
    if unknown:
        sys.exit(f"unknown script {unknown[0]}: choose from {', '.join(SCRIPTS)}")
    for name in wanted:
        started = time.monotonic()
        subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=True)
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
