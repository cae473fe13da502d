"""Golden counts of the original LLaVA-NeXT repository's arithmetic -> llava_next_repo.json.

Written from what llava/mm_utils.py and llava/model/llava_arch.py of LLaVA-VL/LLaVA-NeXT do; no line is copied. Two
things differ from transformers: the padded feature grid is cut with `int(side * scale)` on floats, where transformers
rounds to seven decimals first; and a checkpoint's `image_grid_pinpoints` are (width, height), where transformers reads
the same list as (height, width), so the first of two equally good canvases is the other one.
"""

import llava_next
import llava_onevision
import math
from common import Golden, helper_counts
from sizes import FLOAT_TRAPS, SIZES, random_sizes


# Small images, which two canvases of one area hold whole.
TIES = [(225, 101), (2, 3), (44, 37)]


def best_canvas(width, height, canvases):
    """The canvas (width, height) that keeps most pixels; ties go to the least waste, then to the first."""
    best, most, least_waste = None, 0, math.inf
    for canvas_width, canvas_height in canvases:
        scale = min(canvas_width / width, canvas_height / height)
        kept = min(int(width * scale) * int(height * scale), width * height)
        waste = canvas_width * canvas_height - kept
        if kept > most or (kept == most and waste < least_waste):
            best, most, least_waste = (canvas_width, canvas_height), kept, waste
    return best


def unpadded(width, height, rows, cols):
    """Rows and columns left when the padding of a width x height image is cut from a rows x cols grid."""
    if width / height > cols / rows:
        kept = int(height * (cols / width))
        return rows - 2 * ((rows - kept) // 2), cols
    kept = int(width * (rows / height))
    return rows, cols - 2 * ((cols - kept) // 2)


def single_image(width, height, canvases, tile, side, cap):
    """(tokens, rows, cols, uncapped rows, uncapped cols) of one image under spatial_unpad, overview included."""
    canvas_width, canvas_height = best_canvas(width, height, canvases)
    rows, cols = unpadded(width, height, side * (canvas_height // tile), side * (canvas_width // tile))
    final_rows, final_cols = rows, cols
    if cap is not None:
        times = math.sqrt(rows * cols / (cap * side**2))
        if times > 1.1:
            final_rows, final_cols = int(rows // times), int(cols // times)
    return [side * side + final_rows * (final_cols + 1), final_rows, final_cols, rows, cols]


def pooled_side(side, stride, mode):
    """Bilinear pooling keeps a last partial cell, average and max pooling drop it."""
    return math.ceil(side / stride) if mode == "bilinear" else (side - stride) // stride + 1


def video_tokens(frames, side, stride, mode, newline):
    """Tokens of a video for one `mm_newline_position`, merge type with "unpad"."""
    pooled = side if stride == 1 else pooled_side(side, stride, mode)
    per_frame = pooled * pooled
    return {
        "grid": frames * pooled * (pooled + 1),
        "frame": frames * (per_frame + 1),
        "one_token": frames * per_frame + 1,
        "no_token": frames * per_frame,
    }[newline]


def differing_sizes(original, reference):
    """Sizes of a sweep for which the original and transformers disagree, found without running either in full."""
    # width * scale is an integer in exact arithmetic only where the sides share a large factor: try small ratios.
    candidates = {
        (multiple * a, multiple * b)
        for a in range(1, 61)
        for b in range(1, 61)
        if math.gcd(a, b) == 1
        for multiple in range(math.ceil(40 / min(a, b)), 1600 // max(a, b) + 1)
    }
    candidates = sorted(candidates)
    expected = reference(candidates)
    return [size for size, count in zip(candidates, expected, strict=True) if original(*size)[0] != count]


def is_tie(size, canvases):
    """Whether two canvases are equally good, so that the order of the list decides."""
    transposed = [(height, width) for width, height in canvases]
    return best_canvas(*size, canvases) != best_canvas(*size, transposed)


def add_single(golden, name, checkpoint, constants, settings, original, reference):
    """Rows: ordinary sizes, the known traps, ties, and sizes of a sweep where the two differ."""
    canvases = constants["image_grid_pinpoints"]
    different = differing_sizes(original, reference)
    ties = [size for size in different if is_tie(size, canvases)]
    rounded = [size for size in different if not is_tie(size, canvases)]
    print(f"  {name}: {len(ties)} ties and {len(rounded)} roundings of the sweep differ, e.g. {rounded[:6]}")
    sizes = FLOAT_TRAPS + SIZES + TIES + random_sizes(300, name)
    for more in (ties, rounded):
        sizes = [*sizes, *more[:: max(1, len(more) // 120)]]
    sizes = list(dict.fromkeys(sizes))
    rows = [
        [width, height, *original(width, height), count]
        for (width, height), count in zip(sizes, reference(sizes), strict=True)
    ]
    golden.add(
        name,
        checkpoint=checkpoint,
        constants=constants,
        settings=settings,
        source="helper",
        kind="image",
        columns=[
            "width",
            "height",
            "tokens",
            "rows",
            "cols",
            "unpadded_rows",
            "unpadded_cols",
            "transformers",
        ],
        rows=rows,
    )


def main():
    golden = Golden("llava_next_repo")
    # "(1x1),...,(6x6)" of the checkpoint, written out as the repository does.
    canvases = [(384 * across, 384 * down) for across in range(1, 7) for down in range(1, 7)]
    for cap in (9, 4):
        constants = {
            "tile": 384,
            "side": 27,
            "mm_patch_merge_type": "spatial_unpad",
            "image_grid_pinpoints": canvases,
        }
        add_single(
            golden,
            f"one image, anyres_max_{cap}",
            "llava-onevision-qwen2-7b-ov",
            constants,
            {"image_aspect_ratio": f"anyres_max_{cap}"},
            lambda width, height, cap=cap: single_image(width, height, canvases, 384, 27, cap),
            helper_counts(llava_onevision.make_processor(f"anyres_max_{cap}")),
        )
    # The list of config.json is the one transformers was given; the repository takes it for (width, height).
    canvases_336 = [tuple(pair) for pair in llava_next.PINPOINTS]
    constants = {
        "tile": 336,
        "side": 24,
        "mm_patch_merge_type": "spatial_unpad",
        "image_grid_pinpoints": canvases_336,
    }
    add_single(
        golden,
        "one image, anyres",
        "llava-v1.6-mistral-7b",
        constants,
        {"image_aspect_ratio": "anyres"},
        lambda width, height: single_image(width, height, canvases_336, 336, 24, None),
        helper_counts(llava_next.make_llava_next()),
    )
    rows = [
        [frames, side, stride, mode, newline, video_tokens(frames, side, stride, mode, newline)]
        for side in (27, 24)
        for stride in (1, 2, 3, 4)
        for mode in (("bilinear", "average", "max") if stride > 1 else ("bilinear",))
        for newline in ("grid", "frame", "one_token", "no_token")
        for frames in (1, 8, 32, 64)
    ]
    golden.add(
        "video",
        checkpoint="llava-onevision-qwen2-7b-ov",
        constants={"mm_patch_merge_type": "spatial_unpad"},
        source="helper",
        kind="video",
        columns=[
            "frames",
            "side",
            "mm_spatial_pool_stride",
            "mm_spatial_pool_mode",
            "mm_newline_position",
            "tokens",
        ],
        rows=rows,
    )
    golden.add(
        "several images, one tile each",
        checkpoint="llava-onevision-qwen2-7b-ov",
        constants={"mm_patch_merge_type": "spatial_unpad", "side": 27},
        settings={"image_aspect_ratio": "pad"},
        source="helper",
        kind="images",
        columns=["sizes", "tokens"],
        rows=[[[[640, 480], [100, 900]], [730, 730]]],
    )
    golden.write()


if __name__ == "__main__":
    main()
