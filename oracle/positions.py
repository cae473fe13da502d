"""Golden position ids of every family with a numbering of its own -> positions.json.

Here the Qwen models; positions_others.py adds GLM-V, ERNIE-4.5-VL and HunyuanVL. `get_rope_index` is the models'
own function, called with a configuration only. "runs" rows hand it token types and grids directly; "sequence" rows
take both from the real processor. Columns of an axis hold every position of short sequences and null of long ones;
`checks` sums position * (index + 1) per axis, for all of them.
"""

import random
import torch
from clips import MARKERS, PADS, metadata_of
from common import Golden, blank_image, blank_video, make_tokenizer
from transformers import (
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl
from transformers.models.qwen2_vl import modeling_qwen2_vl
from transformers.models.qwen3_5 import modeling_qwen3_5
from transformers.models.qwen3_vl import modeling_qwen3_vl
from types import SimpleNamespace

MERGE = 2
TOKENS_PER_SECOND = 2
"""`vision_config.tokens_per_second` of the released Qwen2.5-VL checkpoints."""

WRITTEN = 90
"""Longest sequence whose positions are written out."""

MODELS = {
    "qwen2-vl-7b": modeling_qwen2_vl.Qwen2VLModel,
    "qwen2.5-vl-7b": modeling_qwen2_5_vl.Qwen2_5_VLModel,
    "qwen3-vl-8b": modeling_qwen3_vl.Qwen3VLModel,
    "qwen3.5-9b": modeling_qwen3_5.Qwen3_5Model,
}

ROTARY = {
    "qwen2-vl-7b": (modeling_qwen2_vl.Qwen2VLRotaryEmbedding, [16, 24, 24]),
    "qwen2.5-vl-7b": (modeling_qwen2_5_vl.Qwen2_5_VLRotaryEmbedding, [16, 24, 24]),
    "qwen3-vl-8b": (modeling_qwen3_vl.Qwen3VLTextRotaryEmbedding, [24, 20, 20]),
    "qwen3.5-9b": (modeling_qwen3_5.Qwen3_5TextRotaryEmbedding, [11, 11, 10]),
}

ID_COLUMNS = ["length", "delta", "checks", "temporal", "height", "width"]


def rope_index(model, types, images, videos, seconds=None):
    """[length, delta, checks, temporal, height, width] of one sequence of token types."""
    vision = SimpleNamespace(
        spatial_merge_size=MERGE, temporal_merge_size=MERGE, tokens_per_second=TOKENS_PER_SECOND
    )
    fake = SimpleNamespace(config=SimpleNamespace(vision_config=vision))
    fake.get_vision_position_ids = lambda *args, **options: model.get_vision_position_ids(
        fake, *args, **options
    )
    options = {} if seconds is None else {"second_per_grid_ts": seconds}
    ids, delta = model.get_rope_index(
        fake,
        torch.zeros((1, len(types)), dtype=torch.long),
        torch.tensor([types], dtype=torch.int),
        torch.tensor(images) if images else None,
        torch.tensor(videos) if videos else None,
        **options,
    )
    return axes_row(ids[:, 0].tolist(), int(delta[0, 0]))


def axes_row(axes, delta):
    """Length, delta, checks, and the axes themselves if they are short."""
    length = len(axes[0])
    checks = [sum(value * (index + 1) for index, value in enumerate(axis)) for axis in axes]
    return [length, delta, checks, *(axes if length <= WRITTEN else [None] * len(axes))]


# --- runs: grids handed over as they are -------------------------------------------------------------------------


def run_row(model, runs, seconds=None, frames_per_patch=1):
    """`runs`: ["text", tokens], ["image", 1, rows, cols], ["video", patches, rows, cols], grids in tokens."""
    types, images, videos = [], [], []
    for kind, *size in runs:
        if kind == "text":
            types += [0] * size[0]
            continue
        patches, rows, cols = size
        times = patches if kind == "image" else patches * frames_per_patch
        (images if kind == "image" else videos).append([times, rows * MERGE, cols * MERGE])
        types += [1 if kind == "image" else 2] * (patches * rows * cols)
    return [runs, seconds, *rope_index(model, types, images, videos, seconds)]


def random_runs(generator, split):
    """Text between all media; with `split` every temporal patch of a clip is a run of its own."""
    runs = [["text", generator.randint(1, 12)]]
    for _ in range(generator.randint(1, 4)):
        kind = generator.choice(["image", "video"])
        rows, cols = generator.randint(1, 9), generator.randint(1, 9)
        patches = 1 if kind == "image" or split else generator.choice([1, 2, 3, 5, 8, 20])
        runs += [[kind, patches, rows, cols], ["text", generator.randint(1, 9)]]
    if generator.random() < 0.2:
        runs.pop()
    return runs if generator.random() < 0.8 else runs[1:]


FIXED_RUNS = [
    [["text", 9]],
    [["image", 1, 1, 1]],
    [["text", 4], ["image", 1, 3, 5], ["text", 6]],
    [["image", 1, 5, 3], ["text", 1], ["image", 1, 2, 2], ["text", 3]],
    [["text", 1], ["image", 1, 2, 7], ["video", 1, 3, 2], ["text", 2]],
]

FIXED_CLIPS = [
    [["text", 2], ["video", 8, 2, 3], ["text", 3]],
    [["text", 2], ["video", 40, 1, 2], ["text", 5]],
    [["video", 3, 4, 4], ["text", 2], ["video", 2, 6, 1], ["text", 1], ["image", 1, 3, 3]],
    [["text", 3], ["video", 300, 2, 2], ["text", 40]],
]


def add_runs(golden, checkpoint, model, split, frames_per_patch=1):
    """`split`: the model repeats a clip's grid by its temporal patches, which stand apart; here each clip has one."""
    generator = random.Random(f"runs:{checkpoint}")
    clocked = checkpoint == "qwen2.5-vl-7b"
    cases = FIXED_RUNS + ([] if split else FIXED_CLIPS) + [random_runs(generator, split) for _ in range(30)]
    rows = []
    for runs in cases:
        clips = sum(kind == "video" for kind, *_ in runs)
        if not clocked or clips == 0:
            rows.append(run_row(model, runs, frames_per_patch=frames_per_patch))
            continue
        for _ in range(3):
            rates = [
                generator.choice([0.4, 1, 1.999, 2, 2.5, 3.7, 23.976, 24, 29.97, 60]) for _ in range(clips)
            ]
            rows.append(run_row(model, runs, [2 / rate for rate in rates]))
    golden.add(
        f"runs, {checkpoint}",
        checkpoint=checkpoint,
        constants={"spatial_merge_size": MERGE, "tokens_per_second": TOKENS_PER_SECOND},
        source="get_rope_index",
        kind="runs",
        columns=["runs", "seconds", *ID_COLUMNS],
        rows=rows,
    )


# --- sequences: media through the real processor -----------------------------------------------------------------


def limits(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


IMAGE_LIMITS = {"qwen2": (28 * 28 * 4, 28 * 28 * 60), "qwen3": (32 * 32 * 4, 32 * 32 * 60)}
VIDEO_LIMITS = {"qwen2": (28 * 28 * 4, 28 * 28 * 24), "qwen3": (32 * 32 * 4, 32 * 32 * 200)}


def build(checkpoint):
    if checkpoint.startswith("qwen3"):
        tokenizer = make_tokenizer({**PADS, "vision_start_token": MARKERS[0], "vision_end_token": MARKERS[1]})
        return Qwen3VLProcessor(
            Qwen2VLImageProcessor(
                size=limits(*IMAGE_LIMITS["qwen3"]), patch_size=16, merge_size=2, temporal_patch_size=2
            ),
            tokenizer,
            Qwen3VLVideoProcessor(size=limits(*VIDEO_LIMITS["qwen3"])),
        )
    processor_class = Qwen2VLProcessor if checkpoint == "qwen2-vl-7b" else Qwen2_5_VLProcessor
    return processor_class(
        Qwen2VLImageProcessor(size=limits(*IMAGE_LIMITS["qwen2"])),
        make_tokenizer(PADS, MARKERS),
        Qwen2VLVideoProcessor(size=limits(*VIDEO_LIMITS["qwen2"])),
    )


def sequence_row(checkpoint, processor, segments, options):
    """`segments`: ["text", characters], ["image", width, height], ["video", width, height, frames, fps]."""
    prompt, images, videos, metadata = "", [], [], []
    for kind, *facts in segments:
        if kind == "text":
            prompt += "a" * facts[0]
        elif kind == "image":
            prompt += f"{MARKERS[0]}<|image_pad|>{MARKERS[1]}"
            images.append(blank_image(*facts))
        else:
            width, height, frames, fps = facts
            prompt += f"{MARKERS[0]}<|video_pad|>{MARKERS[1]}"
            videos.append(blank_video(width, height, frames))
            metadata.append(metadata_of(frames, fps))
    media = {**({"images": images} if images else {}), **({"videos": videos} if videos else {})}
    if videos:
        media.update(video_metadata=metadata, **options)
    output = processor(text=[prompt], return_tensors=None, **media)
    ids = output["input_ids"][0]
    tokens = processor.tokenizer.convert_ids_to_tokens(ids)
    types = [
        1 if token == PADS["image_token"] else 2 if token == PADS["video_token"] else 0 for token in tokens
    ]
    given = [int(value) for value in output["mm_token_type_ids"][0]]
    assert given == types, "token types differ from the processor's"
    as_list = lambda name: [[int(value) for value in grid] for grid in output.get(name, [])]  # noqa: E731
    seconds = output.get("second_per_grid_ts") if checkpoint == "qwen2.5-vl-7b" and videos else None
    seconds = None if seconds is None else [float(value) for value in seconds]
    ids = rope_index(MODELS[checkpoint], types, as_list("image_grid_thw"), as_list("video_grid_thw"), seconds)
    return [segments, options or None, *ids]


def sampling(generator, checkpoint):
    """Settings of the call: every frame, or so many, or so many per second."""
    # Qwen3-VL has a default rate, which must go before a number of frames is taken.
    number = {"num_frames": 8, **({"fps": None} if checkpoint.startswith("qwen3") else {})}
    options = generator.choice([{"fps": 2}, {"fps": 1}, number, None])
    return {"do_sample_frames": False} if options is None else {"do_sample_frames": True, **options}


def random_segments(generator):
    segments = [["text", generator.randint(0, 9)]]
    for _ in range(generator.randint(1, 3)):
        width, height = generator.randint(40, 700), generator.randint(40, 700)
        if generator.random() < 0.5:
            segments.append(["image", width, height])
        else:
            frames, fps = generator.randint(8, 200), generator.choice([10, 24, 24000 / 1001, 29.97, 30, 60])
            segments.append(["video", width, height, frames, fps])
        segments.append(["text", generator.randint(0, 9)])
    return [segment for segment in segments if segment != ["text", 0]]


FIXED_SEGMENTS = [
    [["text", 5], ["image", 224, 224], ["text", 7]],
    [["image", 640, 480], ["image", 480, 640], ["text", 3]],
    [["text", 2], ["video", 120, 90, 9, 24], ["text", 4]],
    [["text", 2], ["video", 64, 64, 63, 30], ["text", 4], ["image", 300, 100]],
    [["video", 160, 120, 33, 10], ["video", 120, 160, 48, 12.5], ["text", 1]],
]


def add_sequences(golden, checkpoint):
    generator = random.Random(f"sequences:{checkpoint}")
    generation = "qwen3" if checkpoint.startswith("qwen3") else "qwen2"
    processor = build(checkpoint)
    rows = []
    for segments in FIXED_SEGMENTS + [random_segments(generator) for _ in range(25)]:
        videos = any(kind == "video" for kind, *_ in segments)
        options = sampling(generator, checkpoint) if videos else {}
        try:
            rows.append(sequence_row(checkpoint, processor, segments, options))
        except IndexError:
            # `torch.arange` gave one index too many; qwen_vl.py keeps those.
            continue
    golden.add(
        f"sequence, {checkpoint}",
        checkpoint=checkpoint,
        constants={
            "size": limits(*IMAGE_LIMITS[generation]),
            "video_size": limits(*VIDEO_LIMITS[generation]),
            "tokens_per_second": TOKENS_PER_SECOND,
        },
        source="processor",
        kind="sequence",
        columns=["segments", "options", *ID_COLUMNS],
        rows=rows,
    )


def add_frequencies(golden):
    """Which axis each rotary frequency turns with: the axes' own numbers through the models' recomposition."""
    for checkpoint, (rotary, sections) in ROTARY.items():
        frequencies = torch.arange(3.0)[:, None, None, None].expand(3, 1, 1, sum(sections)).clone()
        axes = rotary.recomposition_frequencies(SimpleNamespace(mrope_section=sections), frequencies)
        half = axes[0, 0].int().tolist()
        assert half[: sum(sections)] == half[sum(sections) :]
        golden.add(
            f"frequencies, {checkpoint}",
            checkpoint=checkpoint,
            constants={"mrope_section": sections},
            source="recomposition_frequencies",
            kind="frequencies",
            columns=["axes"],
            rows=[[half[: sum(sections)]]],
        )


def main():
    golden = Golden("positions")
    for checkpoint, model in MODELS.items():
        add_runs(golden, checkpoint, model, split=checkpoint.startswith("qwen3"))
    for checkpoint in MODELS:
        add_sequences(golden, checkpoint)
    add_frequencies(golden)
    # It takes its tools from this file, so it comes in last.
    from positions_others import add_others

    add_others(golden)
    golden.write()


if __name__ == "__main__":
    main()
