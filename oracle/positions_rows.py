"""Rows of the position goldens that every family shares: token types and grids handed to a model's own `get_rope_index`.

Used by positions.py and positions_others.py.
"""

import random
import torch
from types import SimpleNamespace

MERGE = 2

TOKENS_PER_SECOND = 2
"""`vision_config.tokens_per_second` of the released Qwen2.5-VL checkpoints."""

WRITTEN = 90
"""Longest sequence whose positions are written out."""

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
