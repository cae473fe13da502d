"""Counts of random media by the real processors, as JSON Lines: an independent check on media that no golden holds.

    python oracle/fresh.py SEED [--rows N] [FAMILY ...] | npx tsx -C source scripts/check-fresh.ts
    python oracle/fresh.py SEED [--rows N] --configs [TYPE ...] | npx tsx -C source scripts/check-fresh.ts

With --configs a row is a random snapshot (configs.py) with a few media. Otherwise each row holds our checkpoint and
settings, the media of one prompt, and what the processor made of them: `visual`, the tokens that stand for features
(with the markers that the family counts among them), `context`, every token of the prompt, text in characters, and
`indices`, the frames taken of a clip.
Nothing is written to a file. Sizes are log-uniform from 1 to 6000 px, thin as a line, on the edges of tiles and cells,
and exact ratios; clips have any rate.
"""

import argparse
import json
import random
import sys
from common import blank_image, blank_picture, blank_video
from dataclasses import dataclass, field
from typing import Any

CELLS = [14, 16, 24, 28, 30, 32, 42, 48, 224, 256, 336, 364, 384, 448, 490, 512, 560, 768, 980, 1024]
RATES = [1, 2, 5, 10, 12.5, 15, 23.976, 24, 24000 / 1001, 25, 29.97, 30, 48, 50, 59.94, 60, 120]
PER_EPISODE = 24
"""Rows from one processor before its settings are drawn again."""


@dataclass
class Subject:
    """One processor with settings, and how a prompt is put together for it."""

    checkpoint: str
    processor: Any
    settings: dict = field(default_factory=dict)
    # What a prompt holds for an item, with the markers its chat template writes; None: it takes no such item.
    image: str | None = None
    video: str | None = None
    # Tokens counted as visual; none: only the whole prompt is compared.
    visual: tuple = ()
    # Arguments of the call for images, for videos and for both.
    images: dict = field(default_factory=dict)
    videos: dict = field(default_factory=dict)
    call: dict = field(default_factory=dict)
    # Whether pixels must exist, be a Pillow image, or come as one list per prompt.
    real: bool = False
    pictures: bool = False
    nested: bool = False
    # What the processor adds to any prompt, and the tokens of the letter between two items.
    extra: int = 0
    apart: int = 1
    # Most images of one prompt, pixels and aspect ratio of one, and frames of a clip. Scaling the short side of a line
    # to a tile would take gigabytes where pixels are real.
    most_images: int = 4
    most_ratio: float = 1e9
    most_pixels: int = 40_000_000
    most_frames: int = 4000
    # Takes the place of the prompt: (subject, media) -> fields of the row.
    measure: Any = None


# --- random media ------------------------------------------------------------------------------------------------


def log_uniform(pick, low, high):
    return max(1, round(low * (high / low) ** pick.random()))


def near_cells(pick):
    return max(1, pick.choice(CELLS) * pick.randint(1, 6) + pick.choice([-1, 0, 0, 1]))


def exact_ratio(pick):
    first, second = pick.randint(1, 12), pick.randint(1, 12)
    times = log_uniform(pick, 1, 6000 // max(first, second))
    return first * times, second * times


def any_size(pick):
    kind = pick.random()
    if kind < 0.5:
        return log_uniform(pick, 1, 6000), log_uniform(pick, 1, 6000)
    if kind < 0.65:
        return near_cells(pick), near_cells(pick)
    if kind < 0.8:
        return exact_ratio(pick)
    if kind < 0.9:
        thin = pick.randint(1, 8), log_uniform(pick, 1, 6000)
        return thin if pick.random() < 0.5 else thin[::-1]
    return pick.randint(200, 2000), pick.randint(200, 2000)


def size_within(pick, pixels, ratio):
    while True:
        width, height = any_size(pick)
        if width * height <= pixels and max(width, height) <= ratio * min(width, height):
            return width, height


def image_of(pick, subject):
    width, height = size_within(pick, subject.most_pixels, subject.most_ratio)
    return {"kind": "image", "width": width, "height": height}


def video_of(pick, subject):
    width, height = size_within(pick, min(subject.most_pixels, 6_000_000), subject.most_ratio)
    fps = pick.choice(RATES) if pick.random() < 0.8 else round(pick.uniform(0.5, 90), 3)
    frames = log_uniform(pick, 1, subject.most_frames)
    return {"kind": "video", "width": width, "height": height, "frames": frames, "fps": fps}


def media_of(pick, subject):
    if subject.video is not None and (subject.image is None or pick.random() < 0.4):
        return [video_of(pick, subject)]
    several = subject.most_images > 1 and pick.random() < 0.2
    return [image_of(pick, subject) for _ in range(pick.randint(2, subject.most_images) if several else 1)]


# --- one prompt --------------------------------------------------------------------------------------------------


def metadata_of(item):
    frames, fps = item["frames"], item["fps"]
    return {
        "total_num_frames": frames,
        "fps": fps,
        "duration": frames / fps,
        "frames_indices": list(range(frames)),
        "width": item["width"],
        "height": item["height"],
    }


def pixels_of(item, subject):
    device = "cpu" if subject.real else "meta"
    if item["kind"] == "video":
        return blank_video(item["width"], item["height"], item["frames"], device)
    make = blank_picture if subject.pictures else lambda *size: blank_image(*size, device)
    return make(item["width"], item["height"])


def prompt_of(subject, media):
    """Items apart by one letter; `{n}` is the number of an item among its kind."""
    pieces, numbers = [], {"image": 0, "video": 0}
    for item in media:
        numbers[item["kind"]] += 1
        pieces.append(getattr(subject, item["kind"]).replace("{n}", str(numbers[item["kind"]])))
    return "a".join(pieces)


def tokens_of(subject, media):
    """Every token of the expanded prompt."""
    inputs = {**subject.call}
    for kind in ("image", "video"):
        items = [item for item in media if item["kind"] == kind]
        if not items:
            continue
        pixels = [pixels_of(item, subject) for item in items]
        inputs[f"{kind}s"] = [pixels] if subject.nested else pixels
        inputs |= getattr(subject, f"{kind}s")
        if kind == "video":
            metadata = [metadata_of(item) for item in items]
            inputs["video_metadata"] = [metadata] if subject.nested else metadata
    ids = subject.processor(text=[prompt_of(subject, media)], **inputs)["input_ids"][0]
    return subject.processor.tokenizer.convert_ids_to_tokens([int(token) for token in ids])


def indices_of(subject, item):
    """Which frames the video processor takes."""
    clips = [pixels_of(item, subject)]
    options = {"video_metadata": [metadata_of(item)], "return_metadata": True, **subject.videos}
    if subject.nested:
        clips, options["video_metadata"] = [clips], [options["video_metadata"]]
    metadata = subject.processor.video_processor(clips, **options)["video_metadata"]
    while isinstance(metadata, list):
        metadata = metadata[0]
    return [int(index) for index in metadata.frames_indices]


def measure(subject, media):
    tokens = tokens_of(subject, media)
    found = {"visual": sum(token in subject.visual for token in tokens)} if subject.visual else {}
    if media[0]["kind"] == "video":
        found["indices"] = indices_of(subject, media[0])
    return found | {"context": len(tokens) - subject.extra - (len(media) - 1) * subject.apart}


def row_of(subject, media):
    row = {"checkpoint": subject.checkpoint, "settings": subject.settings, "media": media}
    try:
        found = (subject.measure or measure)(subject, media)
        # Frames without pixels do not notice an index past the end; real ones raise.
        if max(found.get("indices", [0])) >= media[0].get("frames", 1):
            raise IndexError("a frame past the end")
        return row | found
    except (ValueError, IndexError, ZeroDivisionError, RuntimeError, TypeError, OverflowError) as error:
        if "meta" in str(error):
            raise
        return row | {"refused": f"{type(error).__name__}: {str(error)[:120]}"}


def rows_of(family, make, seed, count):
    pick = random.Random(f"fresh:{seed}:{family}")
    for start in range(0, count, PER_EPISODE):
        subject = make(pick)
        for _ in range(min(PER_EPISODE, count - start)):
            yield {"family": family, **row_of(subject, media_of(pick, subject))}


def snapshots_of(model_type, seed, count):
    """Random snapshots, each with media that its processor takes: no slivers, for most scale the short side up."""
    import configs

    pick = random.Random(f"fresh configs:{seed}:{model_type}")
    size = lambda: size_within(pick, 600_000, 6)  # noqa: E731

    def media():
        clips = [(*size_within(pick, 150_000, 6), pick.randint(9, 48), pick.choice(RATES)) for _ in range(2)]
        return [size() for _ in range(5)], clips

    for _ in range(count):
        [snapshot], _ = configs.vary(model_type, pick, 1, media)
        yield {"family": f"{model_type} snapshots", **snapshot}


def main():
    # They take their tools from this file, so they come in last.
    from configs import TYPES
    from fresh_fixed import FIXED
    from fresh_llava import LLAVA
    from fresh_native import NATIVE
    from fresh_qwen import QWEN
    from fresh_slices import SLICED
    from fresh_tiled import TILED

    makers = {**LLAVA, **TILED, **SLICED, **QWEN, **NATIVE, **FIXED}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seed")
    parser.add_argument("families", nargs="*")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--configs", action="store_true")
    asked = parser.parse_intermixed_args()
    known = TYPES if asked.configs else makers
    for family in asked.families or known:
        if family not in known:
            sys.exit(f"unknown family {family}: choose from {', '.join(known)}")
        rows = (
            snapshots_of(family, asked.seed, asked.rows)
            if asked.configs
            else rows_of(family, makers[family], asked.seed, asked.rows)
        )
        for row in rows:
            print(json.dumps(row, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
