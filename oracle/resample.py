"""Goldens of packages/media/src/resample: images resized by Pillow and by torchvision, as SHA-256 of their bytes.

The images are made from a formula that the test repeats (`test_image`), so that no pixels are stored.
"""

import common
import hashlib
import json
import numpy
import PIL.Image
import random
import sys
import torch
from pathlib import Path
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional

TARGET = Path(__file__).resolve().parent.parent / "packages/media/src/resample/goldens/resize.json"
FILTERS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")
TORCH_FILTERS = ("nearest", "bilinear", "bicubic", "lanczos")
SIDES = (1, 2, 3, 4, 5, 7, 13, 15, 16, 17, 31, 64, 100, 224, 251)


def test_image(width, height, seed, pattern):
    """Noise, or black and white blocks that make the filters overshoot; uint8 [height, width, 3]."""
    index = numpy.arange(width * height * 3, dtype=numpy.uint64)
    mixed = (index * 2654435761 + seed * 40503) % 2**32
    mixed = (mixed ^ (mixed >> 15)) * 2246822519 % 2**32
    noise = ((mixed ^ (mixed >> 13)) >> 16 & 255).astype(numpy.uint8).reshape(height, width, 3)
    if pattern == "noise":
        return noise
    rows, columns = numpy.mgrid[0:height, 0:width]
    blocks = ((columns // 5 + rows // 3) % 2 * 255).astype(numpy.uint8)
    return numpy.ascontiguousarray(numpy.broadcast_to(blocks[:, :, None], noise.shape) ^ (noise & 3))


def resized(pixels, width, height, filter, arithmetic):
    if arithmetic == "pillow":
        resample = PIL.Image.Resampling[filter.upper()]
        return numpy.array(PIL.Image.fromarray(pixels).resize((width, height), resample))
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)
    result = functional.resize(
        tensor, [height, width], interpolation=InterpolationMode(filter), antialias=True
    )
    return result.permute(1, 2, 0).contiguous().numpy()


def side(rng, most):
    return rng.choice(SIDES) if rng.random() < 0.5 else max(1, round(most ** rng.random()))


def rows(count, seed):
    rng = random.Random(seed)
    named = [
        # Pillow resizes these in height first
        (3, 301, 3, 40),
        (3, 301, 7, 40),
        (1, 900, 5, 100),
        (2, 201, 2, 200),
        # one axis only
        (64, 40, 64, 17),
        (64, 40, 31, 40),
        # far down, far up
        (2000, 3, 2, 3),
        (700, 500, 3, 2),
        (3, 2, 300, 170),
        # usual ones
        (640, 480, 384, 288),
        (320, 240, 384, 384),
    ]
    sizes = named + [(side(rng, 400), side(rng, 400), side(rng, 300), side(rng, 300)) for _ in range(count)]
    for position, (width, height, to_width, to_height) in enumerate(sizes):
        for arithmetic, filters in (("pillow", FILTERS), ("torchvision", TORCH_FILTERS)):
            for filter in filters if position < len(named) else [rng.choice(filters), rng.choice(filters)]:
                pattern = rng.choice(("noise", "blocks"))
                pixels = test_image(width, height, position, pattern)
                made = resized(pixels, to_width, to_height, filter, arithmetic)
                digest = hashlib.sha256(made.tobytes()).hexdigest()[:16]
                yield [width, height, to_width, to_height, filter, arithmetic, pattern, position, digest]


if __name__ == "__main__":
    count, seed = (int(value) for value in sys.argv[1:3]) if len(sys.argv) > 2 else (120, 7)
    target = Path(sys.argv[3]) if len(sys.argv) > 3 else TARGET
    made = list(rows(count, seed))
    target.parent.mkdir(parents=True, exist_ok=True)
    columns = ["width", "height", "toWidth", "toHeight", "filter", "arithmetic", "pattern", "seed", "sha256"]
    body = ",\n".join(common.compact(row) for row in made)
    versions = {**common.versions(), "torchvision": common.torchvision.__version__.split("+")[0]}
    target.write_text(
        f'{{"versions":{json.dumps(versions)},"columns":{json.dumps(columns)},"rows":[\n{body}\n]}}\n'
    )
    print(f"{target.name}: {len(made)} rows")
