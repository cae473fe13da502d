"""What fresh.py counts: a processor with its settings, and the random media it is given."""

from common import blank_image, blank_pil_image, blank_video
from dataclasses import dataclass, field
from typing import Any

CELLS = [14, 16, 24, 28, 30, 32, 42, 48, 224, 256, 336, 364, 384, 448, 490, 512, 560, 768, 980, 1024]
RATES = [1, 2, 5, 10, 12.5, 15, 23.976, 24, 24000 / 1001, 25, 29.97, 30, 48, 50, 59.94, 60, 120]


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
    images: bool = False
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


def pixels_of(item, subject):
    device = "cpu" if subject.real else "meta"
    if item["kind"] == "video":
        return blank_video(item["width"], item["height"], item["frames"], device)
    make = blank_pil_image if subject.images else lambda *size: blank_image(*size, device)
    return make(item["width"], item["height"])
