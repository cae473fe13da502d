"""The image sizes every oracle script tries: common ones, edges of tiles and cells, slivers, seeded random ones."""

import random

SEED = 20240806

TEN = [
    (224, 224), (336, 336), (640, 480), (1000, 1000), (1024, 768), (1920, 1080), (1080, 1920), (3840, 2160),
    (100, 2000), (4000, 300),
]  # fmt: skip

# Products that float arithmetic puts just below an integer: the original LLaVA-NeXT trim loses rows there.
FLOAT_TRAPS = [(1107, 820), (820, 1107), (738, 820)]

COMMON = [
    (320, 240), (800, 600), (1280, 720), (1366, 768), (1440, 900), (2560, 1440), (2048, 1536), (1536, 2048),
    (4032, 3024), (3024, 4032), (1170, 2532), (2532, 1170), (1240, 1754), (1754, 1240), (2480, 3508),
    (512, 384), (1200, 630), (900, 1600), (5120, 1440), (600, 400), (400, 600), (750, 1334), (1125, 2436),
    (256, 256),
]  # fmt: skip

# Around the tile sizes and patch cells in use: 336, 384, 448, 512, 560, and cells of 14, 16, 28, 30, 32, 48 px.
EDGES = [
    (335, 336), (336, 337), (337, 672), (672, 672), (673, 672), (1008, 336), (336, 1008), (1009, 337),
    (383, 384), (384, 384), (385, 384), (768, 768), (769, 768), (768, 769), (1152, 1152), (2304, 2304),
    (2305, 2304), (447, 448), (448, 448), (449, 448), (896, 448), (448, 896), (897, 449), (1344, 896),
    (1792, 1344), (511, 512), (512, 512), (513, 512), (1024, 512), (1536, 512), (560, 560), (561, 560),
    (1120, 1120), (2240, 560), (14, 14), (13, 14), (15, 15), (16, 16), (27, 28), (28, 28), (29, 28), (30, 30),
    (31, 31), (32, 32), (33, 32), (42, 42), (70, 70), (98, 70), (126, 154), (48, 48), (80, 112), (144, 176),
    (80, 48), (238, 266), (784, 1036), (364, 364), (365, 364), (728, 728), (980, 980), (981, 490),
    (1540, 1540), (1541, 1540), (1024, 1024), (1025, 1024),
]  # fmt: skip

# One pixel, slivers, and ratios on both sides of 200:1.
SLIVERS = [
    (1, 1), (2, 3), (1, 100), (100, 1), (5, 900), (900, 5), (10, 10), (20, 4000), (4000, 20), (4000, 19),
    (19, 4000), (2001, 10), (1999, 10), (10, 2000), (60, 6000), (6000, 60), (3000, 16), (17, 3000),
    (8000, 100), (100, 8000),
]  # fmt: skip


def random_sizes(count, seed, low=16, high=4096, limit=20_000_000):
    """Sizes whose sides are log-uniform in [low, high] px, at most `limit` px in all; equal for equal arguments."""
    generator = random.Random(f"{SEED}:{seed}")
    sizes = []
    while len(sizes) < count:
        width, height = (round(low * (high / low) ** generator.random()) for _ in range(2))
        if width * height <= limit:
            sizes.append((width, height))
    return sizes


SIZES = list(dict.fromkeys(TEN + FLOAT_TRAPS + COMMON + EDGES + SLIVERS + random_sizes(150, "processor")))

FEW_SIZES = list(dict.fromkeys(TEN + FLOAT_TRAPS + random_sizes(20, "few", 64, 1600)))


def ordinary(sizes, ratio=12, pixels=4_000_000):
    """The sizes that are cheap to run with real pixels."""
    return [(w, h) for w, h in sizes if max(w, h) <= ratio * min(w, h) and w * h <= pixels]
