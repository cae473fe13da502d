"""What several subjects of fresh.py draw: limits in pixels, frames, and images that must exist."""

SMALL = 400_000
"""Pixels of an image that must exist."""

# These scale the short side to that of a tile.
WITH_PIXELS = {"real": True, "most_pixels": SMALL // 2, "most_ratio": 8}
LLAVA_TOKENS = {"image_token": "<image>", "video_token": "<video>"}


def square(side):
    return {"height": side, "width": side}


def edges(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


def bounds(pick, cell, most=16_384, least=(1, 4, 64, 256)):
    """Pixel limits in tokens of `cell` px, not always whole ones."""
    low = pick.choice(least) * cell + pick.choice([0, 0, 1, 77])
    return low, max(low, int(most ** pick.uniform(0.5, 1)) * cell + pick.choice([0, 0, -1, 99]))


def sampling(pick, rates=(0.5, 1, 2, 3, 7.5), numbers=(4, 8, 16, 32, 33), default=None):
    """Settings and arguments of one way to take frames. `default` stands for the processor's own way."""
    kind = pick.choice(["default", "all", "rate", "number"])
    if kind == "default" and default is not None:
        return default
    if kind in ("default", "all"):
        return {"num_frames": "all"}, {"do_sample_frames": False}
    if kind == "rate" and rates:
        rate = pick.choice(rates)
        return {"fps": rate}, {"do_sample_frames": True, "fps": rate}
    number = pick.choice(numbers)
    return {"num_frames": number}, {"do_sample_frames": True, "num_frames": number}


def some_frames(pick):
    """Every frame, or some of them: our settings and the arguments of the call."""
    number = pick.choice([1, 4, 8, 15, 32])
    taken = {"num_frames": number}, {"do_sample_frames": True, "num_frames": number}
    return pick.choice([({}, {}), taken])
