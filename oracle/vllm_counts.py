"""Tokens of one picture as vLLM counts them, restated from the files that vllm_repo.py names; no line is copied."""

import math
import numpy as np
from llava_next_repo import best_canvas
from llava_onevision import PINPOINTS


def unpadded(width, height, rows, cols):
    if width / height > cols / rows:
        kept = int(round(height * (cols / width), 7))
        return rows - (rows - kept) // 2 * 2, cols
    kept = int(round(width * (rows / height), 7))
    return rows, cols - (cols - kept) // 2 * 2


def llava_onevision(width, height):
    canvas_width, canvas_height = best_canvas(width, height, [(cols, rows) for rows, cols in PINPOINTS])
    rows, cols = unpadded(width, height, 27 * (canvas_height // 384), 27 * (canvas_width // 384))
    times = math.sqrt(rows * cols / (9 * 27**2))
    if times > 1.1:
        rows, cols = int(rows // times), int(cols // times)
    return 27 * 27 + rows * cols + rows


def internvl_tiles(width, height, most=12, tile=448):
    """The grid as the model card finds it, out of a set sorted by its number of tiles."""
    grids = {
        (cols, rows) for cols in range(1, most + 1) for rows in range(1, most + 1) if cols * rows <= most
    }
    best, least = (1, 1), math.inf
    for cols, rows in sorted(grids, key=lambda grid: grid[0] * grid[1]):
        difference = abs(width / height - cols / rows)
        larger = width * height > 0.5 * tile * tile * cols * rows
        if difference < least or (difference == least and larger):
            best, least = (cols, rows), difference
    tiles = best[0] * best[1]
    return tiles if tiles == 1 else tiles + 1


def gemma4(width, height, budget):
    scale = math.sqrt(budget * 9 / ((height / 16) * (width / 16)))
    rows, cols = (max(48, math.floor(side * scale / 48) * 48) // 16 for side in (height, width))
    return min(rows * cols // 9, budget)


def kimi_vl(width, height, limit):
    patches = (width // 14) * (height // 14)
    if patches > limit:
        scale = math.sqrt(limit / patches)
        width, height = int(width * scale), int(height * scale)
    return math.ceil(height / 28) * math.ceil(width / 28)


def deepseek_vl2(width, height, cropping):
    grids = sorted(
        ((cols, rows) for cols in range(1, 10) for rows in range(1, 10) if cols * rows <= 9),
        key=lambda grid: grid[0] * grid[1],
    )
    cols, rows = 1, 1
    if cropping:
        canvas_width, canvas_height = best_canvas(width, height, [(384 * c, 384 * r) for c, r in grids])
        cols, rows = canvas_width // 384, canvas_height // 384
    return 14 * 15 + 1 + 14 * rows * (14 * cols + 1)


def molmo(width, height, most=12):
    """float32 as in numpy; of a crop's 24 patches a side, 4 on either side overlap."""
    tilings = sorted(
        ((rows, cols) for rows in range(1, most + 1) for cols in range(1, most + 1) if rows * cols <= most),
        key=lambda tiling: tiling[0] * tiling[1],
    )
    windows = np.array(tilings, dtype=np.int32) * 224
    scales = (windows.astype(np.float32) / np.array([height - 112, width - 112], dtype=np.float32)).min(
        axis=-1
    )
    best = scales.argmax() if (scales < 1).all() else np.where(scales < 1, 1e10, scales).argmin()
    rows, cols = (24 if tiles == 1 else 20 + (tiles - 2) * 16 + 20 for tiles in tilings[best])
    return 2 + 12 * 13 + 2 + (rows + 1) // 2 * ((cols + 1) // 2 + 1)
