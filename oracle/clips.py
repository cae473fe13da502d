"""Video rows of the Qwen goldens: frames given as they are, whole clips sampled, and the choice of frames alone."""

import random
from common import blank_video, expand
from sizes import random_sizes
from transformers.video_utils import VideoMetadata

PADS = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}


MARKERS = ("<|vision_start|>", "<|vision_end|>")


VIDEO_COLUMNS = ["width", "height", "frames", "fps", "tokens"]


CLIPS = [
    (640, 480, 16), (480, 640, 16), (1920, 1080, 8), (1280, 720, 4), (1080, 1920, 5), (320, 240, 1),
    (320, 240, 2), (320, 240, 3), (100, 2000, 6), (28, 28, 4), (30, 20, 7), (224, 224, 33), (640, 360, 64),
    (854, 480, 20), (3840, 2160, 3), (640, 480, 200), (1920, 1080, 64), (1280, 720, 300), (176, 144, 768),
    (33, 70, 9), (2000, 10, 4),
]  # fmt: skip


def accepted(sizes):
    """Without ratios over 200:1, which the processors refuse."""
    return [(width, height) for width, height in sizes if max(width, height) <= 200 * min(width, height)]


def random_clips(count, seed, most=400):
    generator = random.Random(f"clips:{seed}")
    return [
        (width, height, 1 + int(most ** generator.random()))
        for width, height in accepted(random_sizes(count, f"clips {seed}", 40, 2200, 4_000_000))
    ]


def metadata_of(frames, fps):
    return {
        "total_num_frames": frames,
        "fps": fps,
        "duration": frames / fps,
        "frames_indices": list(range(frames)),
    }


def add_given_frames(golden, name, processor, facts, clips, settings=None, **inputs):
    """Frames passed as they are, without metadata; refused clips are kept as such."""
    rows, refused = [], []
    for width, height, frames in clips:
        try:
            expansion = expand(
                processor, "<|video_pad|>", videos=[blank_video(width, height, frames)], **inputs
            )
        except ValueError:
            refused.append([width, height, frames, None])
            continue
        rows.append([width, height, frames, None, expansion.count("<|video_pad|>")])
    golden.add(
        name,
        source="processor",
        kind="video",
        columns=VIDEO_COLUMNS,
        rows=rows,
        refused=refused,
        settings={"do_sample_frames": False, **(settings or {})},
        **facts,
    )


def add_sampled(golden, name, processor, facts, cases, key, text=False):
    """Whole clips from which the processor takes frames: tokens, indices, and the prompt text where it has any."""
    rows = []
    for width, height, frames, fps, asked in cases:
        inputs = {
            "video_metadata": [metadata_of(frames, fps)],
            "do_sample_frames": True,
            "return_metadata": True,
        }
        if asked is not None:
            inputs[key] = asked
        clip = [blank_video(width, height, frames)]
        expansion = expand(processor, "<|video_pad|>", videos=clip, **inputs)
        chosen = processor.video_processor(clip, **inputs)["video_metadata"][0].frames_indices
        assert max(chosen) < frames
        row = [
            width,
            height,
            frames,
            fps,
            expansion.count("<|video_pad|>"),
            [int(index) for index in chosen],
            asked,
        ]
        rows.append([*row, expansion.count(*MARKERS), expansion.text] if text else row)
    columns = [*VIDEO_COLUMNS, "indices", key, *(["markers", "text"] if text else [])]
    golden.add(
        name,
        source="processor",
        kind="video",
        columns=columns,
        rows=rows,
        settings={"do_sample_frames": True},
        **facts,
    )


def add_frame_choice(golden, video_processor, facts, key, values, count=400):
    """Many frame counts and rates: how many frames are taken, and which ones when they are few.

    `torch.arange(0, total, total / n)` gives n + 1 values where float division rounds down; the last one is then
    `total` itself, one past the end, and indexing decoded frames with it raises an IndexError.
    """
    generator = random.Random(f"frames:{key}")
    rates = [1, 10, 12.5, 15, 23.976, 24, 24000 / 1001, 25, 29.97, 30000 / 1001, 30, 50, 59.94, 60, 120]
    rows, refused, overrun = [], [], []
    for _ in range(count):
        frames, fps, asked = (
            1 + int(20000 ** generator.random()),
            generator.choice(rates),
            generator.choice(values),
        )
        metadata = VideoMetadata(total_num_frames=frames, fps=fps, duration=frames / fps)
        try:
            indices = [int(index) for index in video_processor.sample_frames(metadata, **{key: asked})]
        except (ValueError, ZeroDivisionError, RuntimeError):
            refused.append([frames, fps, asked])
            continue
        row = [frames, fps, asked, len(indices), indices if len(indices) <= 24 else None, sum(indices)]
        (rows if indices[-1] < frames else overrun).append(row)
    facts = {**facts, "source": "processor", "kind": "frames"}
    columns = ["frames", "fps", key, "count", "indices", "sum"]
    golden.add(f"frames taken, {key}", columns=columns, rows=rows, refused=refused, **facts)
    if overrun:
        golden.add(f"frames taken, {key}: one index too many", columns=columns, rows=overrun, **facts)
