"""Golden counts of families that cut an image into tiles.

Writes internvl.json, got_ocr2.json, idefics3.json, smolvlm.json, aya_vision.json, cohere2_vision.json, ovis2.json, llama4.json,
mllama.json, perception_lm.json, deepseek_ocr2.json, lfm2_vl.json, minicpmv4_6.json and phi4_multimodal.json.
Column `tokens` counts the placeholders that image features replace, `total` every token that took the single
placeholder's place, markers included (a newline is one token, a pair of newlines is one token).
"""

from transformers import (
    AyaVisionProcessor,
    Cohere2VisionImageProcessor,
    Cohere2VisionProcessor,
    DeepseekOcr2ImageProcessor,
    DeepseekOcr2Processor,
    GotOcr2ImageProcessor,
    GotOcr2Processor,
    Idefics3ImageProcessor,
    Idefics3Processor,
    InternVLProcessor,
    InternVLVideoProcessor,
    Lfm2VlImageProcessor,
    Lfm2VlProcessor,
    Llama4ImageProcessor,
    Llama4Processor,
    MiniCPMV4_6ImageProcessor,
    MiniCPMV4_6Processor,
    MiniCPMV4_6VideoProcessor,
    MllamaImageProcessor,
    Ovis2ImageProcessor,
    Ovis2Processor,
    PerceptionLMImageProcessor,
    PerceptionLMProcessor,
    PerceptionLMVideoProcessor,
    Phi4MultimodalFeatureExtractor,
    Phi4MultimodalImageProcessor,
    Phi4MultimodalProcessor,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)
from transformers.models.mllama.image_processing_mllama import get_all_supported_aspect_ratios
from transformers.models.smolvlm import processing_smolvlm

from common import (
    FEW_SIZES,
    SIZES,
    Golden,
    blank_image,
    blank_video,
    expand,
    helper_counts,
    make_tokenizer,
    random_sizes,
)

TOTAL = ("tokens", "total")
# Ties and thresholds of tile grids: multiples of the tile, and sizes just around them.
GRID_SIZES = SIZES + random_sizes(350, "tiles") + random_sizes(100, "tiles near", 300, 1200)
# For processors that need the pixels.
REAL_SIZES = [
    (width, height)
    for width, height in GRID_SIZES
    if width * height <= 3_000_000 and max(width, height) < 5000
]


def measure_prompt(processor, prompt, token, nested=False, real=False, **inputs):
    """Counts `token` and everything that stands where the placeholder stood; `real` for code that reads values."""

    def measure(width, height, device):
        image = blank_image(width, height, "cpu" if real else device)
        expansion = expand(processor, prompt, images=[[image]] if nested else [image], **inputs)
        return [expansion.count(token), len(expansion.tokens)]

    return measure


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


def write_idefics3_and_smolvlm():
    tags = [f"<row_{row}_col_{col}>" for row in range(1, 9) for col in range(1, 9)]
    plain = [
        "<image>",
        "<fake_token_around_image>",
        "<global-img>",
        "<end_of_utterance>",
        "<video>",
        "\n\n",
        *tags,
    ]
    models = [
        ("idefics3", "idefics3-8b", 364, 1456, 169),
        ("smolvlm", "smolvlm2-500m", 512, 2048, 64),
        ("smolvlm", "smolvlm2-2.2b", 384, 1536, 81),
    ]
    # num2words spells the frame count of the video prompt; digits stand in for it here.
    processing_smolvlm.num2words = str
    goldens = {family: Golden(family) for family, *_ in models}
    for family, checkpoint, tile, longest, tokens in models:
        golden = goldens[family]
        edges = {"size": {"longest_edge": longest}, "max_image_size": {"longest_edge": tile}}
        facts = {"checkpoint": checkpoint, "constants": {**edges, "image_seq_len": tokens}}
        tokenizer = make_tokenizer(plain=plain)
        if family == "idefics3":
            processor = Idefics3Processor(Idefics3ImageProcessor(**edges), tokenizer, image_seq_len=tokens)
        else:
            videos = SmolVLMVideoProcessor(
                size={"longest_edge": tile}, max_image_size={"longest_edge": tile}, fps=1, num_frames=64
            )
            processor = SmolVLMProcessor(
                SmolVLMImageProcessor(**edges), tokenizer, videos, image_seq_len=tokens
            )
        for splitting in (True, False):
            name = f"{checkpoint}, {'splitting' if splitting else 'no splitting'}"
            measure = measure_prompt(
                processor, "<image>", "<image>", nested=True, do_image_splitting=splitting
            )
            settings = {"do_image_splitting": splitting}
            sizes = SIZES + random_sizes(80, family) if splitting else FEW_SIZES
            rows = golden.images(name, measure, columns=TOTAL, sizes=sizes, settings=settings, **facts)
            if splitting and family == "idefics3":
                add_helper(golden, name, processor, rows, "total", random_sizes(1500, family), facts)
        if family == "smolvlm":
            add_smolvlm_video(golden, processor, facts)
    for golden in goldens.values():
        golden.write()


def add_smolvlm_video(golden, processor, facts):
    rows = []
    for frames, fps in [(100, 25), (30, 30), (3000, 24), (2500, 25), (64, 1), (70, 1), (10, 24)]:
        metadata = {"total_num_frames": frames, "fps": fps, "duration": frames / fps}
        inputs = {"video_metadata": [[metadata]], "do_sample_frames": True, "return_tensors": "pt"}
        expansion = expand(
            processor, "<video>", videos=[[blank_image(64, 48).expand(frames, 3, 48, 64)]], **inputs
        )
        indices = [int(index) for index in processor.video_processor.sample_frames(VideoFacts(**metadata))]
        text = expansion.text if len(indices) < 6 else None
        rows.append([64, 48, frames, fps, expansion.count("<image>"), indices, text])
    settings = {"do_sample_frames": True, "fps": 1, "num_frames": 64, "num2words": "digits"}
    golden.add(
        f"{facts['checkpoint']}, video",
        source="processor",
        kind="video",
        settings=settings,
        columns=["width", "height", "frames", "fps", "tokens", "indices", "text"],
        rows=rows,
        **facts,
    )


class VideoFacts(dict):
    """Metadata readable as attributes and as keys, as transformers' VideoMetadata is."""

    __getattr__ = dict.__getitem__


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
        cols, rows = get_all_supported_aspect_ratios(4)[aspect_ratio_id - 1]
        return rows, cols

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


def write_lfm2_vl():
    tags = [f"<|img_row_{row}_col_{col}|>" for row in range(1, 11) for col in range(1, 11)]
    names = {
        "image_token": "<image>",
        "image_start_token": "<|image_start|>",
        "image_end_token": "<|image_end|>",
        "image_thumbnail_token": "<|img_thumbnail|>",
    }
    processor = Lfm2VlProcessor(Lfm2VlImageProcessor(), make_tokenizer(names, tags))
    constants = {
        "tile_size": 512,
        "min_tiles": 2,
        "max_tiles": 10,
        "min_image_tokens": 64,
        "max_image_tokens": 256,
        "encoder_patch_size": 16,
        "downsample_factor": 2,
        "max_pixels_tolerance": 2.0,
        "use_thumbnail": True,
    }
    write(
        "lfm2_vl",
        processor,
        measure_prompt(processor, "<image>", "<image>"),
        None,
        helper=None,
        checkpoint="lfm2-vl-1.6b",
        constants=constants,
    )


def write_minicpm():
    names = {
        "image_token": "<|image_pad|>",
        "video_token": "<|video_pad|>",
        "image_start_token": "<image>",
        "image_end_token": "</image>",
        "slice_start_token": "<slice>",
        "slice_end_token": "</slice>",
        "image_id_start_token": "<image_id>",
        "image_id_end_token": "</image_id>",
    }
    golden = Golden("minicpmv4_6")
    for mode in ("16x", "4x"):
        processor = MiniCPMV4_6Processor(
            MiniCPMV4_6ImageProcessor(downsample_mode=mode),
            MiniCPMV4_6VideoProcessor(),
            make_tokenizer(names),
        )
        constants = {"scale_resolution": 448, "patch_size": 14, "max_slice_nums": 9, "downsample_mode": mode}
        sizes = GRID_SIZES if mode == "16x" else SIZES[:100]
        golden.images(
            mode,
            measure_prompt(processor, "<|image_pad|>", "<|image_pad|>"),
            columns=TOTAL,
            sizes=sizes,
            checkpoint="minicpm-v-4.6",
            constants=constants,
        )
        if mode == "16x":
            add_minicpm_video(golden, processor, constants)
    golden.write()


def add_minicpm_video(golden, processor, constants):
    rows = []
    cases = [
        (640, 480, 75, 25),
        (64, 48, 30, 30),
        (1280, 720, 61, 12.5),
        (64, 48, 3000, 20),
        (64, 48, 5000, 25),
    ]
    for width, height, frames, fps in cases:
        metadata = {"total_num_frames": frames, "fps": fps, "duration": frames / fps}
        clip = blank_image(width, height).expand(frames, 3, height, width)
        expansion = expand(processor, "<|video_pad|>", videos=[clip], video_metadata=[metadata])
        indices = [int(index) for index in processor.video_processor.sample_frames(VideoFacts(**metadata))]
        text = expansion.text if len(indices) < 4 else None
        rows.append([width, height, frames, fps, expansion.count("<|video_pad|>"), indices, text])
    golden.add(
        "video, sampled by default",
        source="processor",
        kind="video",
        checkpoint="minicpm-v-4.6",
        columns=["width", "height", "frames", "fps", "tokens", "indices", "text"],
        rows=rows,
        constants={**constants, "max_num_frames": 128, "stack_frames": 1},
    )


def write_phi4():
    names = {"image_token": "<|endoftext10|>", "audio_token": "<|endoftext11|>"}
    processor = Phi4MultimodalProcessor(
        Phi4MultimodalImageProcessor(), Phi4MultimodalFeatureExtractor(), make_tokenizer(names)
    )
    golden = Golden("phi4_multimodal")

    def measure(width, height, _device):
        # The mask is computed from values, so the image must be real.
        return [
            expand(processor, "<|endoftext10|>", images=[blank_image(width, height, "cpu")]).count(
                "<|endoftext10|>"
            )
        ]

    golden.images(
        "one image",
        measure,
        sizes=REAL_SIZES[:230],
        real=0,
        checkpoint="phi-4-multimodal-instruct",
        constants={"size": 448, "patch_size": 14, "dynamic_hd": 36},
    )
    golden.write()


WRITERS = [
    write_internvl,
    write_got_ocr2,
    write_idefics3_and_smolvlm,
    write_cohere,
    write_ovis2,
    write_llama,
    write_perception_lm,
    write_deepseek_ocr2,
    write_lfm2_vl,
    write_minicpm,
    write_phi4,
]


def main():
    for writer in WRITERS:
        writer()


if __name__ == "__main__":
    main()
