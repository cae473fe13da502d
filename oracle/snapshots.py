"""Folders of files as transformers would find them, the processor loaded from one, and what it counts.

Shared by configs.py and the snapshots_*.py, which say how the files of each model type vary.
"""

import json
import tempfile
from collections.abc import Callable
from common import blank_image, blank_pil_image, blank_video, expand, make_tokenizer
from dataclasses import dataclass, field
from pathlib import Path
from transformers import AutoImageProcessor, AutoVideoProcessor

IMAGES = [(640, 480), (333, 1000), (1200, 500), (97, 61), (1023, 1025)]
CLIPS = [(320, 240, 24, 12.0), (200, 420, 61, 29.97), (640, 360, 9, 25.0)]
PIXELS = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "do_rescale": True, "resample": 3}
LLAVA_TOKENS = {"image_token": "<image>", "video_token": "<video>"}
QWEN_TOKENS = {
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
    "vision_start_token": "<|vision_start|>",
    "vision_end_token": "<|vision_end|>",
}
GEMMA_3N_TOKENS = {
    "image_token": "<image_soft_token>",
    "boi_token": "<start_of_image>",
    "eoi_token": "<end_of_image>",
    "audio_token": "<audio_soft_token>",
    "boa_token": "<start_of_audio>",
    "eoa_token": "<end_of_audio>",
}


def square(pick, side):
    """A square crop in one of its spellings."""
    return pick.choice([side, {"height": side, "width": side}, [side, side]])


def qwen_grid(pick):
    return {
        "patch_size": pick.choice([12, 14, 16]),
        "merge_size": pick.choice([1, 2, 3]),
        "temporal_patch_size": pick.choice([1, 2, 2, 3]),
    }


def pixel_limits(pick, cell, spellings, frames=1):
    least, most = pick.choice([1, 4, 16, 64]), pick.choice([128, 300, 1280, 5000])
    low, high = least * cell * frames + pick.randint(0, 50), most * cell * frames + pick.randint(0, 50)
    edges = {"shortest_edge": low, "longest_edge": high}
    return {
        "size": {"size": edges},
        "pixels": {"min_pixels": low, "max_pixels": high},
        "both": {"size": {"shortest_edge": 1, "longest_edge": 2}, "min_pixels": low, "max_pixels": high},
        "inside": {"size": {"min_pixels": 1, "max_pixels": 2}, "min_pixels": low, "max_pixels": high},
    }[pick.choice(spellings)]


def qwen_config(model_type, grid):
    vision = {
        "patch_size": grid["patch_size"],
        "spatial_merge_size": grid["merge_size"],
        "temporal_patch_size": grid["temporal_patch_size"],
    }
    return {"model_type": model_type, "vision_config": vision}


def frame_bounds(pick):
    return pick.choice([{}, {"min_frames": 2}, {"max_frames": 8}, {"min_frames": 6, "max_frames": 12}])


@dataclass
class Type:
    """How one model type varies and how its processor is asked."""

    vary: Callable
    processor: type
    names: dict = field(default_factory=lambda: LLAVA_TOKENS)
    plain: list = field(default_factory=list)
    # Placeholders in the prompt, and the tokens that count; an empty list counts every token.
    image: str | list = "<image>"
    video: str | None = None
    counted: list | None = None
    counted_of_video: list | None = None
    # Whether pixels must be real (those of clips: only those), be Pillow images, or come as one list per prompt.
    real: bool = False
    real_clips: bool = False
    images: bool = False
    nested: bool = False
    # Further parts of the processor, and arguments of every call.
    parts: Callable = dict
    inputs: dict = field(default_factory=dict)
    video_inputs: dict = field(default_factory=dict)
    # `measure(processor, files, width, height)` for images that are not counted in a prompt; absent: in the prompt.
    measure: Callable | None = None
    # Whether images are counted at all, or clips handed over as if they were images.
    takes_images: bool = True
    # Whether clips that are too short are refused one by one.
    refuses_short: bool = False


def laid_out(pick, config, processor, image, video):
    """The settings as files: nested in processor_config.json, or in files of their own."""
    image, processor = {**PIXELS, **image}, dict(processor)
    files = {"config.json": config}
    nested = pick.random() < 0.4
    if nested:
        processor["image_processor"] = image
    # A video processor without a file falls back to preprocessor_config.json, which must then be there.
    if not nested or video is None:
        files["preprocessor_config.json"] = image
    if video is not None:
        video = {**PIXELS, **video}
        if nested or pick.random() < 0.2:
            processor["video_processor"] = video
        else:
            files["video_preprocessor_config.json"] = video
    if processor:
        files["processor_config.json"] = processor
    return files


def load(files, kind):
    """The processor that transformers builds from the files, with a stand-in tokenizer."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_text(json.dumps(content), encoding="utf-8")
        parts = kind.parts()
        if kind.takes_images:
            parts["image_processor"] = AutoImageProcessor.from_pretrained(folder)
        if kind.video is not None:
            parts["video_processor"] = AutoVideoProcessor.from_pretrained(folder)
    own = files.get("processor_config.json", {})
    options = {key: value for key, value in own.items() if not key.endswith(("_processor", "_class"))}
    return kind.processor(tokenizer=make_tokenizer(kind.names, kind.plain), **parts, **options)


def tally(expansion, wanted):
    return expansion.count(*wanted) if wanted else len(expansion.tokens)


def count_images(processor, kind, files, sizes=IMAGES):
    rows = []
    for width, height in sizes if kind.takes_images else []:
        if kind.measure is not None:
            rows.append([width, height, kind.measure(processor, files, width, height)])
            continue
        image = blank_image(width, height, "cpu" if kind.real else "meta")
        image = blank_pil_image(width, height) if kind.images else image
        images = [[image]] if kind.nested else [image]
        expansion = expand(processor, kind.image, images=images, **kind.inputs)
        rows.append([width, height, tally(expansion, [kind.image] if kind.counted is None else kind.counted)])
    return rows


def count_clips(processor, kind, clips=CLIPS):
    rows = []
    wanted = kind.counted_of_video or kind.counted or [kind.video]
    for width, height, frames, fps in clips if kind.video is not None else []:
        metadata = {
            "total_num_frames": frames,
            "fps": fps,
            "duration": frames / fps,
            "frames_indices": list(range(frames)),
        }
        clip = blank_video(width, height, frames, "cpu" if kind.real or kind.real_clips else "meta")
        videos, about = ([[clip]], [[metadata]]) if kind.nested else ([clip], [metadata])
        inputs = {"videos": videos, "video_metadata": about} if kind.takes_images else {"images": videos}
        try:
            expansion = expand(processor, kind.video, **inputs, **kind.video_inputs)
        except (IndexError, ValueError) as error:
            # torch.arange gives one index too many now and then (see clips.py).
            if isinstance(error, IndexError) or kind.refuses_short:
                continue
            raise
        rows.append([width, height, frames, fps, tally(expansion, wanted)])
    return rows
