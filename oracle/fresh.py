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
from fresh_subject import RATES, media_of, pixels_of, size_within

PER_EPISODE = 24
"""Rows from one processor before its settings are drawn again."""


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
