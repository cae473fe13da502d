"""Golden counts of families that cut an image into a grid of equal tiles.

Writes internvl.json, got_ocr2.json, aya_vision.json, cohere2_vision.json, ovis2.json, llama4.json, mllama.json,
perception_lm.json and deepseek_ocr2.json. Column `tokens` counts the placeholders that image features replace,
`total` every token that took the single placeholder's place, markers included (a newline is one token, a pair of
newlines is one token).
"""

from common import Golden, blank_image, blank_video, expand, helper_counts, make_tokenizer, measure_prompt
from sizes import FEW_SIZES, SIZES, random_sizes
from transformers import (
    AyaVisionProcessor,
    Cohere2VisionImageProcessor,
    Cohere2VisionProcessor,
    DeepseekOcr2ImageProcessor,
    DeepseekOcr2Processor,
    GotOcr2ImageProcessor,
    GotOcr2Processor,
    InternVLProcessor,
    InternVLVideoProcessor,
    Llama4ImageProcessor,
    Llama4Processor,
    MllamaImageProcessor,
    Ovis2ImageProcessor,
    Ovis2Processor,
    PerceptionLMImageProcessor,
    PerceptionLMProcessor,
    PerceptionLMVideoProcessor,
)
from transformers.models.mllama.image_processing_mllama import get_all_supported_aspect_ratios

TOTAL = ("tokens", "total")
# Ties and thresholds of tile grids: multiples of the tile, and sizes just around them.
GRID_SIZES = SIZES + random_sizes(350, "tiles") + random_sizes(100, "tiles near", 300, 1200)
# For processors that need the pixels.
REAL_SIZES = [
    (width, height)
    for width, height in GRID_SIZES
    if width * height <= 3_000_000 and max(width, height) < 5000
]


def square(side):
    return {"height": side, "width": side}


def write(
    family, processor, measure, cases_of, *, helper="total", sizes=GRID_SIZES, helper_sizes=1500, **facts
):
    """One checkpoint of one family: processor rows, then the helper if it agrees. `cases_of` adds further groups."""
    golden = Golden(family)
    rows = golden.images("one image", measure, columns=TOTAL, sizes=sizes, **facts)
    if helper:
        add_helper(golden, "one image", processor, rows, helper, random_sizes(helper_sizes, family), facts)
    if cases_of:
        cases_of(golden)
    golden.write()


def add_helper(golden, name, processor, rows, helper, sizes, facts):
    column = {"tokens": 2, "total": 3}[helper]
    golden.helper(
        f"{name}, helper counts {helper}", helper_counts(processor), rows, sizes=sizes, column=column, **facts
    )


def write_internvl():
    names = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }

    def build(most):
        images = GotOcr2ImageProcessor(size=square(448), max_patches=most)
        return InternVLProcessor(images, make_tokenizer(names), InternVLVideoProcessor(size=square(448)))

    def facts(most):
        constants = {"size": 448, "image_seq_length": 256, "min_patches": 1, "max_patches": most}
        return {"checkpoint": "internvl3-8b", "constants": constants}

    def more(golden):
        for most in (1, 4, 6, 24):
            processor = build(most)
            rows = golden.images(
                f"max_patches {most}",
                measure_prompt(processor, "<IMG_CONTEXT>", "<IMG_CONTEXT>"),
                columns=TOTAL,
                sizes=SIZES[:120],
                **facts(most),
            )
            sizes = random_sizes(200, f"internvl {most}")
            add_helper(golden, f"max_patches {most}", processor, rows, "total", sizes, facts(most))
        processor = build(12)
        rows = []
        for frames in (1, 3, 8):
            expansion = expand(
                processor, "<video>", videos=[blank_image(320, 240).expand(frames, 3, 240, 320)]
            )
            rows.append([320, 240, frames, None, expansion.count("<IMG_CONTEXT>"), expansion.text])
        golden.add(
            "video, every frame given is kept",
            source="processor",
            kind="video",
            columns=["width", "height", "frames", "fps", "tokens", "text"],
            rows=rows,
            **facts(12),
        )

    processor = build(12)
    measure = measure_prompt(processor, "<IMG_CONTEXT>", "<IMG_CONTEXT>")
    write("internvl", processor, measure, more, **facts(12))


def write_got_ocr2():
    golden = Golden("got_ocr2")
    processor = GotOcr2Processor(GotOcr2ImageProcessor(size=square(1024)), make_tokenizer(plain=["<imgpad>"]))
    for cropped in (False, True):
        measure = measure_prompt(processor, ["<imgpad>"], "<imgpad>", crop_to_patches=cropped)
        golden.images(
            "crop_to_patches" if cropped else "one tile",
            measure,
            columns=TOTAL,
            sizes=SIZES if cropped else FEW_SIZES,
            checkpoint="got-ocr-2.0",
            settings={"crop_to_patches": cropped},
            constants={"size": 1024, "num_image_tokens": 256, "min_patches": 1, "max_patches": 12},
        )
    golden.write()


def write_cohere():
    marks = ["<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<image>", "TILE_GLOBAL"]
    tokenizer = make_tokenizer(plain=[*marks, *(f"TILE_{tile}" for tile in range(1, 40))])
    processor = AyaVisionProcessor(
        GotOcr2ImageProcessor(size=square(364), max_patches=12), tokenizer, patch_size=28, img_size=364
    )
    write(
        "aya_vision",
        processor,
        measure_prompt(processor, "<image>", "<|IMG_PATCH|>"),
        None,
        checkpoint="aya-vision-8b",
        constants={"size": 364, "patch_size": 28, "min_patches": 1, "max_patches": 12},
    )
    names = {
        "boi_token": "<|START_OF_IMG|>",
        "eoi_token": "<|END_OF_IMG|>",
        "image_token": "<|IMG_PATCH|>",
        "img_line_break_token": "<|IMG_LINE_BREAK|>",
    }
    processor = Cohere2VisionProcessor(Cohere2VisionImageProcessor(), make_tokenizer(names))
    write(
        "cohere2_vision",
        processor,
        measure_prompt(processor, "<|IMG_PATCH|>", "<|IMG_PATCH|>"),
        None,
        checkpoint="command-a-vision",
        constants={"size": 512, "patch_size": 16, "min_patches": 1, "max_patches": 12},
    )


def write_ovis2():
    marks = ["<image>", "<IMG_START>", "<IMG_ATOM>", "<IMG_GRID>", "<IMG_COL>", "<IMG_ROW>", "<IMG_END>"]

    def build(most):
        images = Ovis2ImageProcessor(size=square(448), crop_to_patches=True, max_patches=most)
        return Ovis2Processor(images, make_tokenizer(plain=marks), image_seq_length=256)

    def measure(most):
        return measure_prompt(build(most), "<image>", "<IMG_ATOM>", return_tensors="pt")

    def facts(most):
        constants = {"size": 448, "image_seq_length": 256, "min_patches": 1, "max_patches": most}
        return {"checkpoint": "ovis2-8b", "constants": constants}

    def more(golden):
        golden.images("max_patches 12", measure(12), columns=TOTAL, sizes=SIZES[:150], **facts(12))

    write("ovis2", build(9), measure(9), more, helper=None, **facts(9))


def write_llama():
    marks = [
        "<|image|>",
        "<|image_start|>",
        "<|image_end|>",
        "<|patch|>",
        "<|tile_x_separator|>",
        "<|tile_y_separator|>",
    ]
    processor = Llama4Processor(Llama4ImageProcessor(), make_tokenizer(plain=marks))
    write(
        "llama4",
        processor,
        measure_prompt(processor, "<|image|>", "<|patch|>", real=True),
        None,
        helper=None,
        sizes=REAL_SIZES,
        checkpoint="llama-4-scout-17b-16e",
        constants={"size": 336, "patch_size": 14, "pixel_shuffle_ratio": 0.5, "max_patches": 16},
    )
    images = MllamaImageProcessor(size=square(560), max_image_tiles=4)

    def measure(width, height, _device):
        output = images([[blank_image(width, height, "cpu")]])
        rows, cols = canvas_grid(int(output["aspect_ratio_ids"][0][0]))
        return [int(output["num_tiles"][0][0]), rows, cols]

    def canvas_grid(aspect_ratio_id):
        # (rows, cols), as convert_aspect_ratios_to_ids looks them up.
        return get_all_supported_aspect_ratios(4)[aspect_ratio_id - 1]

    golden = Golden("mllama")
    golden.images(
        "one image: tiles of 1601 cross-attention keys",
        measure,
        columns=("tiles", "rows", "cols"),
        sizes=REAL_SIZES,
        real=0,
        checkpoint="llama-3.2-11b-vision",
        constants={"size": 560, "max_image_tiles": 4},
    )
    golden.write()


def write_perception_lm():
    def build(most):
        return PerceptionLMProcessor(
            PerceptionLMVideoProcessor(),
            PerceptionLMImageProcessor(max_num_tiles=most),
            make_tokenizer({"image_token": "<|image|>", "video_token": "<|video|>"}),
            patch_size=14,
            pooling_ratio=2,
        )

    golden = Golden("perception_lm")
    for most in (36, 16, 9):
        processor = build(most)

        def measure(width, height, device):
            # As replace_image_token, which wants the pixels as a numpy array only to read their shape.
            tiles, _, rows, cols = processor.image_processor([blank_image(width, height, device)])[
                "pixel_values"
            ][0].shape
            return [rows // 14 // 2 * (cols // 14 // 2) * tiles]

        constants = {"tile_size": 448, "max_num_tiles": most, "patch_size": 14, "pooling_ratio": 2}
        facts = {"checkpoint": "perception-lm-8b", "constants": constants}
        rows = golden.images(f"max_num_tiles {most}", measure, sizes=SIZES, **facts)
        sizes = random_sizes(1000 if most == 36 else 300, f"perception {most}")
        golden.helper(f"max_num_tiles {most}, helper", helper_counts(processor), rows, sizes=sizes, **facts)
    rows = []
    for frames in (1, 3, 8):
        expansion = expand(processor, "<|video|>", videos=[blank_video(320, 240, frames, "cpu")])
        rows.append([320, 240, frames, None, expansion.count("<|video|>")])
    golden.add(
        "video, every frame given is kept",
        source="processor",
        kind="video",
        columns=["width", "height", "frames", "fps", "tokens"],
        rows=rows,
        **facts,
    )
    golden.write()


def write_deepseek_ocr2():
    processor = DeepseekOcr2Processor(
        DeepseekOcr2ImageProcessor(), make_tokenizer({"image_token": "<image>"})
    )
    constants = {
        "size": 1024,
        "tile_size": 768,
        "min_patches": 2,
        "max_patches": 6,
        "patch_size": 16,
        "downsample_ratio": 4,
    }
    write(
        "deepseek_ocr2",
        processor,
        measure_prompt(processor, "<image>", "<image>"),
        None,
        helper=None,
        checkpoint="DeepseekOcr2Processor defaults",
        constants=constants,
    )


def main():
    write_internvl()
    write_got_ocr2()
    write_cohere()
    write_ovis2()
    write_llama()
    write_perception_lm()
    write_deepseek_ocr2()


if __name__ == "__main__":
    main()
