"""Subjects of fresh.py that cut an image into a grid of equal tiles."""

from common import make_tokenizer
from fresh_draws import some_frames, square
from fresh_subject import Subject, pixels_of
from transformers import (
    AyaVisionProcessor,
    Cohere2VisionImageProcessor,
    Cohere2VisionProcessor,
    DeepseekOcr2ImageProcessor,
    DeepseekOcr2Processor,
    GotOcr2ImageProcessor,
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


def internvl(pick):
    least, most = pick.choice([(1, 12), (1, 12), (1, 1), (1, 6), (2, 24), (3, 5), (1, 40)])
    names = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    settings, arguments = some_frames(pick)
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=square(448), min_patches=least, max_patches=most),
        make_tokenizer(names),
        InternVLVideoProcessor(size=square(448)),
    )
    return Subject(
        "internvl3-8b",
        processor,
        {"min_patches": least, "max_patches": most, **settings},
        image="<IMG_CONTEXT>",
        video="<video>",
        visual=("<img>", "</img>", "<IMG_CONTEXT>"),
        videos=arguments,
        most_frames=120,
    )


def aya_vision(pick):
    least, most = pick.choice([(1, 12), (1, 12), (1, 4), (2, 20)])
    marks = ["<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<image>", "TILE_GLOBAL"]
    tags = tuple(f"TILE_{tile}" for tile in range(1, 40))
    processor = AyaVisionProcessor(
        GotOcr2ImageProcessor(size=square(364), min_patches=least, max_patches=most),
        make_tokenizer(plain=[*marks, *tags]),
        patch_size=28,
        img_size=364,
    )
    settings = {"min_patches": least, "max_patches": most}
    return Subject("aya-vision-8b", processor, settings, image="<image>", visual=(*marks, *tags))


def cohere2_vision(pick):
    most = pick.choice([12, 12, 4, 1, 20])
    names = {
        "boi_token": "<|START_OF_IMG|>",
        "eoi_token": "<|END_OF_IMG|>",
        "image_token": "<|IMG_PATCH|>",
        "img_line_break_token": "<|IMG_LINE_BREAK|>",
    }
    processor = Cohere2VisionProcessor(Cohere2VisionImageProcessor(max_patches=most), make_tokenizer(names))
    visual = tuple(names.values())
    return Subject("command-a-vision", processor, {"max_patches": most}, image="<|IMG_PATCH|>", visual=visual)


def ovis2(pick):
    least, most = pick.choice([(1, 9), (1, 9), (1, 12), (1, 4), (2, 16)])
    covering = pick.random() < 0.7
    marks = ["<image>", "<IMG_START>", "<IMG_ATOM>", "<IMG_GRID>", "<IMG_COL>", "<IMG_ROW>", "<IMG_END>"]
    images = Ovis2ImageProcessor(
        size=square(448),
        crop_to_patches=True,
        min_patches=least,
        max_patches=most,
        use_covering_area_grid=covering,
    )
    return Subject(
        "ovis2-8b",
        Ovis2Processor(images, make_tokenizer(plain=marks), image_seq_length=256),
        {"min_patches": least, "max_patches": most, "use_covering_area_grid": covering},
        image="<image>",
        visual=tuple(marks),
        call={"return_tensors": "pt"},
    )


def llama4(pick):
    most, enlarge = pick.choice([16, 16, 4, 1, 9]), pick.random() < 0.3
    marks = ["<|image|>", "<|image_start|>", "<|image_end|>", "<|patch|>"]
    marks += ["<|tile_x_separator|>", "<|tile_y_separator|>"]
    images = Llama4ImageProcessor(max_patches=most, resize_to_max_canvas=enlarge)
    return Subject(
        "llama-4-scout-17b-16e",
        Llama4Processor(images, make_tokenizer(plain=marks)),
        {"max_patches": most, "resize_to_max_canvas": enlarge},
        image="<|image|>",
        visual=tuple(marks),
        real=True,
        most_pixels=2_000_000,
        most_images=2,
    )


def mllama(pick):
    most = pick.choice([4, 4, 1, 2, 6, 9])
    images = MllamaImageProcessor(size=square(560), max_image_tiles=most)

    def count(subject, media):
        output = images([[pixels_of(item, subject) for item in media]])
        tiles = sum(int(number) for number in output["num_tiles"][0])
        return {"visual": len(media), "keys": 1601 * tiles}

    return Subject(
        "llama-3.2-11b-vision",
        None,
        {"max_image_tiles": most},
        image="",
        real=True,
        most_pixels=2_000_000,
        measure=count,
    )


def perception_lm(pick):
    most = pick.choice([36, 36, 16, 9, 1])
    processor = PerceptionLMProcessor(
        PerceptionLMVideoProcessor(),
        PerceptionLMImageProcessor(max_num_tiles=most),
        make_tokenizer({"image_token": "<|image|>", "video_token": "<|video|>"}),
        patch_size=14,
        pooling_ratio=2,
    )

    def count(subject, media):
        # As replace_image_token, which wants the pixels as a numpy array only to read their shape.
        total = 0
        for item in media:
            tiles, _, rows, cols = processor.image_processor([pixels_of(item, subject)])["pixel_values"][
                0
            ].shape
            total += rows // 14 // 2 * (cols // 14 // 2) * tiles
        return {"visual": total}

    return Subject("perception-lm-8b", processor, {"max_num_tiles": most}, image="", measure=count)


def deepseek_ocr2(pick):
    least, most = pick.choice([(2, 6), (2, 6), (1, 9), (2, 4)])
    processor = DeepseekOcr2Processor(
        DeepseekOcr2ImageProcessor(), make_tokenizer({"image_token": "<image>"})
    )
    # The processor passes limits of its own over those of the image processor; only those of a call count.
    settings = {"min_patches": least, "max_patches": most}
    return Subject(
        "deepseek-ocr-2", processor, settings, image="<image>", visual=("<image>",), images=settings
    )


TILED = {
    "internvl": internvl,
    "aya_vision": aya_vision,
    "cohere2_vision": cohere2_vision,
    "ovis2": ovis2,
    "llama4": llama4,
    "mllama": mllama,
    "perception_lm": perception_lm,
    "deepseek_ocr2": deepseek_ocr2,
}
