"""Tokens of one image as vLLM counts them, restated from the files that vllm_repo.py names; no line is copied."""

import math
import numpy as np
from llava_next_repo import best_canvas
from llava_onevision import PINPOINTS
from transformers import MiniCPMV4_6ImageProcessor, SmolVLMImageProcessor


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


def smolvlm(width, height, tile, longest, view):
    """The prompt of models/idefics3.py: tiles by transformers' helper, each of `view` tokens behind two markers."""
    images = SmolVLMImageProcessor(size={"longest_edge": longest}, max_image_size={"longest_edge": tile})
    _, rows, cols = images.get_number_of_image_patches(height, width)
    whole = 1 + 1 + view + 1
    # The break behind the last row and the one before the whole image are one token.
    return rows * (cols * (2 + view) + 1) + whole


def minicpmv46(width, height, most=9):
    """`_compute_visual_tokens`: sizes by transformers' methods. Tokens of an image, cuts, and rows of cuts."""
    images, size = MiniCPMV4_6ImageProcessor(), (height, width)
    side, patch = images.scale_resolution, images.patch_size
    tokens = lambda area: area // (patch * patch * 16)  # noqa: E731
    grid = images.get_sliced_grid(size, most, side)
    whole_height, whole_width = images.find_best_resize(size, side, patch, allow_upscale=grid is None)
    whole = tokens(whole_height * whole_width)
    if grid is None:
        return whole, 0, 1
    rows, cols = grid
    cut_height, cut_width = images.get_refine_size(size, grid, side, patch, allow_upscale=True)
    return whole + rows * cols * tokens((cut_height // rows) * (cut_width // cols)), rows * cols, rows


def deepseek_ocr2(width, height, least=2, most=6, tile=768):
    """The nearest ratio out of a set sorted by its number of tiles; the image at 1024 px and one separator."""
    tokens = 16 * 16 + 1
    if width <= tile and height <= tile:
        return tokens
    grids = {
        (cols, rows)
        for cols in range(1, most + 1)
        for rows in range(1, most + 1)
        if least <= cols * rows <= most
    }
    best, nearest = (1, 1), math.inf
    for cols, rows in sorted(grids, key=lambda grid: grid[0] * grid[1]):
        difference = abs(width / height - cols / rows)
        larger = width * height > 0.5 * tile * tile * cols * rows
        if difference < nearest or (difference == nearest and larger):
            best, nearest = (cols, rows), difference
    return tokens + best[0] * best[1] * 12 * 12


def ovis2(width, height, most=9, tile=448, enough=0.9):
    """The fewest parts that keep nine tenths of the area when each is fitted to a tile, else those that keep most."""

    def kept(rows, cols):
        area = 0
        for row in range(rows):
            for col in range(cols):
                part_height = height // rows if row < rows - 1 else height - (rows - 1) * (height // rows)
                part_width = width // cols if col < cols - 1 else width - (cols - 1) * (width // cols)
                longer, shorter = max(part_width, part_height), min(part_width, part_height)
                if longer > tile:
                    longer, shorter = tile, shorter / longer * tile
                area += longer * shorter
        return area / (width * height)

    shares = {
        (rows, cols): kept(rows, cols)
        for rows in range(1, most + 1)
        for cols in range(1, most + 1)
        if rows * cols <= most
    }
    good = {grid: share for grid, share in shares.items() if share > enough}
    if good:
        rows, cols = min(good, key=lambda grid: (grid[0] * grid[1], -good[grid]))
    else:
        rows, cols = min(shares, key=lambda grid: (-shares[grid], grid[0] * grid[1]))
    tiles = rows * cols
    # Start, grid and end, and a separator between tiles; the whole image too when it is cut.
    return 3 + (tiles - 1) + 256 * (tiles if tiles == 1 else tiles + 1)


def kimi_k25(width, height, limit=16384, longest=512, patch=14, merge=2):
    scale = min(
        1.0,
        math.sqrt(limit / (max(1.0, width // patch) * max(1.0, height // patch))),
        longest * patch / width,
        longest * patch / height,
    )
    tokens = 1
    for side in (width, height):
        fitted = min(max(1, int(side * scale)), longest * patch)
        tokens *= math.ceil(fitted / (merge * patch))
    return tokens


def pixtral_converted(width, height, longest=1024, patch=16):
    """Patches and the break behind each row, of a checkpoint converted for transformers."""
    ratio = max(width / longest, height / longest)
    if ratio > 1:
        width, height = math.floor(width / ratio), math.floor(height / ratio)
    cols, rows = (width - 1) // patch + 1, (height - 1) // patch + 1
    return rows * (cols + 1)


def fuyu(width, height, patch=30, box=(1920, 1080)):
    """Patches and the newline behind each row."""
    if width > box[0] or height > box[1]:
        scale = min(box[1] / height, box[0] / width)
        width, height = int(width * scale), int(height * scale)
    return math.ceil(height / patch) * (math.ceil(width / patch) + 1)
