"""Writes packages/media/src/video/fixtures/choices.json: the frames each reference takes of clips of many lengths.

transformers is run; the rules of LLaVA-NeXT (`process_video_with_decord`), vLLM (`compute_frames_index_to_sample`) and
qwen-vl-utils (`smart_nframes`, torch.linspace), which would need decoders and weights, are restated with their own
numpy and torch calls. Run from the repository root: python oracle/frame_choice.py
"""

import common  # noqa: F401  (prepares torchvision for transformers)
import json
import math
import numpy as np
import random
import torch
import transformers
from pathlib import Path
from transformers.video_utils import VideoMetadata, default_sample_indices_fn

OUT = Path("packages/media/src/video/fixtures/choices.json")


def take_transformers(total, fps, frames=None, rate=None, **_):
    metadata = VideoMetadata(total_num_frames=total, fps=fps, duration=total / fps)
    return default_sample_indices_fn(metadata, num_frames=frames, fps=rate).tolist()


def take_original(total, fps, frames=None, rate=None, most=None, **_):
    if frames is not None:
        return np.linspace(0, total - 1, frames, dtype=int).tolist()
    chosen = list(range(0, total, round(fps / rate)))
    if most is not None and len(chosen) > most:
        chosen = np.linspace(0, total - 1, most, dtype=int).tolist()
    return chosen


def take_vllm(total, fps, frames=None, rate=None, most=None, **_):
    count = min(frames or most or total, total)
    if rate is not None:
        count = min(count, math.floor(total / fps * rate))
    count = max(1, count)
    return list(range(total)) if count == total else np.linspace(0, total - 1, count, dtype=int).tolist()


def take_qwen(total, fps, frames=None, rate=None, least=4, most=None, **_):
    if frames is not None:
        count = round(frames / 2) * 2
    else:
        least = math.ceil(least / 2) * 2
        most = math.floor((min(768, total) if most is None else most) / 2) * 2
        count = math.floor(min(min(max(total / fps * rate, least), most), total) / 2) * 2
    if not 2 <= count <= total:
        raise ValueError
    return torch.linspace(0, total - 1, count).round().long().tolist()


TAKERS = {
    "transformers": take_transformers,
    "original": take_original,
    "vllm": take_vllm,
    "qwen-vl-utils": take_qwen,
}


def main():
    generator = random.Random("choices")
    rates = [10, 12.5, 23.976, 24000 / 1001, 24, 25, 29.97, 30000 / 1001, 30, 50, 60]
    rows = []
    for _ in range(60):
        total, fps = 1 + int(3000 ** generator.random()), generator.choice(rates)
        frames, rate = generator.choice([1, 2, 4, 7, 8, 16, 32, 33]), generator.choice([0.5, 1, 2, 3.7])
        for name, take in TAKERS.items():
            bounds = {} if name == "transformers" or generator.random() < 0.5 else {"most": 16}
            for asked in ({"frames": frames}, {"rate": rate, **bounds}):
                try:
                    chosen = take(total, fps, **asked)
                except (ValueError, ZeroDivisionError):
                    chosen = None
                rows.append([name, total, fps, asked, chosen])
    versions = {"transformers": transformers.__version__, "torch": torch.__version__, "numpy": np.__version__}
    lines = ",\n".join(f"\t\t{json.dumps(row)}" for row in rows)
    OUT.write_text(f'{{\n\t"versions": {json.dumps(versions)},\n\t"rows": [\n{lines}\n\t]\n}}\n')
    print(len(rows), "rows,", OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
