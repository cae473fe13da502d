"""How the files of model types that cut images into tiles vary (see configs.py)."""

from common import blank_image
from snapshots import Type, square
from transformers import (
    AyaVisionProcessor,
    Cohere2VisionProcessor,
    DeepseekOcr2Processor,
    Idefics3Processor,
    Lfm2VlProcessor,
    Llama4Processor,
    MllamaProcessor,
    Ovis2Processor,
    PerceptionLMProcessor,
    Phi4MultimodalFeatureExtractor,
    Phi4MultimodalProcessor,
    SmolVLMProcessor,
)
from transformers.models.smolvlm import processing_smolvlm

# num2words spells the frame count of the video prompt, which is no visual token; digits stand in for it.
processing_smolvlm.num2words = str
SMOL_VIEW = ["<image>", "<fake_token_around_image>", "<global-img>"]
SMOL_PLAIN = [
    *SMOL_VIEW,
    "<end_of_utterance>",
    "<video>",
    "\n\n",
    *(f"<row_{row}_col_{col}>" for row in range(1, 9) for col in range(1, 9)),
]


def edge(length):
    return {"longest_edge": length}


def idefics3(pick, model_type="idefics3", image_class="Idefics3ImageProcessor"):
    patch, merge = pick.choice([14, 16]), pick.choice([2, 3, 4])
    tile = patch * merge * pick.choice([4, 6])
    config = {
        "model_type": model_type,
        "vision_config": {"patch_size": patch, "image_size": tile},
        "scale_factor": merge,
    }
    image = {
        "image_processor_type": image_class,
        "size": edge(tile * pick.randint(1, 4) + pick.choice([0, 0, 37])),
        "max_image_size": edge(tile),
        **pick.choice([{}, {}, {"do_image_splitting": True}, {"do_image_splitting": False}]),
    }
    return config, {"image_seq_len": (tile // patch // merge) ** 2}, image, None


def smolvlm(pick):
    config, processor, image, _ = idefics3(pick, "smolvlm", "SmolVLMImageProcessor")
    if "size" in image and image["size"]["longest_edge"] % image["max_image_size"]["longest_edge"]:
        image["size"] = edge(2 * image["max_image_size"]["longest_edge"])
    sampling = {"max_frames": pick.choice([4, 12, 64]), "fps": pick.choice([0.5, 1, 3])}
    nested = {"video_sampling": {**sampling, "video_size": image["max_image_size"]}}
    video = {
        "video_processor_type": "SmolVLMVideoProcessor",
        "size": image["max_image_size"],
        "max_image_size": image["max_image_size"],
        **pick.choice([nested, {"num_frames": sampling["max_frames"], "fps": sampling["fps"]}]),
    }
    return config, processor, image, video


def tile_grid(pick, most=12):
    return pick.choice(
        [{}, {"max_patches": pick.choice([1, 4, 6, most])}, {"min_patches": 2, "max_patches": 9}]
    )


def aya_vision(pick):
    patch, merge = pick.choice([14, 16]), pick.choice([1, 2])
    side = pick.choice([4, 8, 13])
    tile = patch * merge * side
    config = {
        "model_type": "aya_vision",
        "vision_config": {"model_type": "siglip_vision_model", "patch_size": patch, "image_size": tile},
        "downsample_factor": merge,
    }
    processor = pick.choice(
        [
            {"patch_size": patch * merge, "img_size": tile},
            {"patch_size": patch, "downsample_factor": merge, "img_size": tile},
        ]
    )
    image = {
        "image_processor_type": pick.choice(["GotOcr2ImageProcessor", "GotOcr2ImageProcessorFast"]),
        "size": pick.choice([tile, {"height": tile, "width": tile}]),
        "crop_to_patches": pick.random() < 0.5,
        **tile_grid(pick),
    }
    return config, processor, image, None


def cohere2_vision(pick):
    patch, merge = pick.choice([14, 16]), pick.choice([1, 2])
    side = pick.choice([8, 16])
    tile = patch * merge * side
    config = {
        "model_type": "cohere2_vision",
        "vision_config": {"model_type": "siglip_vision_model", "patch_size": patch, "image_size": tile},
        "downsample_factor": merge,
    }
    image = {
        "image_processor_type": pick.choice(
            ["Cohere2VisionImageProcessor", "Cohere2VisionImageProcessorFast"]
        ),
        "size": {"height": tile, "width": tile},
        # The processor squares it for the tokens of a tile.
        **({} if side == 16 and pick.random() < 0.5 else {"patch_size": side}),
        **pick.choice([{}, {"crop_to_patches": False}]),
        **tile_grid(pick),
    }
    return config, {}, image, None


def ovis2(pick):
    patch, merge = pick.choice([14, 16]), pick.choice([1, 2])
    tile = patch * merge * pick.choice([4, 8, 16])
    config = {
        "model_type": "ovis2",
        "vision_config": {"patch_size": patch, "image_size": tile, "hidden_stride": merge},
    }
    image = {
        "image_processor_type": pick.choice(["Ovis2ImageProcessor", "Ovis2ImageProcessorFast"]),
        "size": square(pick, tile),
        **pick.choice([{}, {"crop_to_patches": True}, {"crop_to_patches": True}]),
        **tile_grid(pick, 20),
        **pick.choice([{}, {}, {"use_covering_area_grid": False}]),
    }
    return config, {"image_seq_length": (tile // patch // merge) ** 2}, image, None


def lfm2_vl(pick):
    patch = pick.choice([14, 16])
    tile = patch * 2 * pick.choice([8, 16])
    config = {"model_type": "lfm2_vl", "vision_config": {"patch_size": patch}, "downsample_factor": 2}
    image = {
        "image_processor_type": pick.choice(["Lfm2VlImageProcessor", "Lfm2VlImageProcessorFast"]),
        "encoder_patch_size": patch,
        "tile_size": tile,
        **pick.choice([{}, {"min_tiles": 2, "max_tiles": 6}, {"min_tiles": 1, "max_tiles": 4}]),
        **pick.choice([{}, {"min_image_tokens": 16, "max_image_tokens": 128}, {"max_image_tokens": 400}]),
        **pick.choice([{}, {"use_thumbnail": False}, {"do_image_splitting": False}]),
        **pick.choice([{}, {"max_pixels_tolerance": 1.5}]),
    }
    return config, {}, image, None


def phi4_multimodal(pick):
    patch = pick.choice([14, 16])
    tile = 32 * patch
    config = {"model_type": "phi4_multimodal", "vision_config": {"patch_size": patch, "image_size": tile}}
    image = {
        "image_processor_type": pick.choice(
            ["Phi4MultimodalImageProcessor", "Phi4MultimodalImageProcessorFast"]
        ),
        "size": pick.choice([tile, {"height": tile, "width": tile}]),
        "patch_size": patch,
        **pick.choice([{}, {"dynamic_hd": pick.choice([2, 4, 16])}]),
    }
    return config, {}, image, None


def mllama(pick):
    patch, tile = 14, 14 * pick.choice([8, 16, 40])
    config = {"model_type": "mllama", "vision_config": {"patch_size": patch, "image_size": tile}}
    image = {
        "image_processor_type": pick.choice(["MllamaImageProcessor", "MllamaImageProcessorFast"]),
        "size": {"height": tile, "width": tile},
        "max_image_tiles": pick.choice([1, 2, 3, 4]),
        "do_pad": True,
    }
    return config, {}, image, None


def mllama_keys(processor, files, width, height):
    """Keys that cross-attention sees: patches and a class token of every tile."""
    output = processor.image_processor([[blank_image(width, height, "cpu")]])
    vision = files["config.json"]["vision_config"]
    patches = (vision["image_size"] // vision["patch_size"]) ** 2
    return int(output["num_tiles"][0][0]) * (patches + 1)


def llama4(pick):
    merge = pick.choice([1, 2])
    patch = pick.choice([14, 16])
    tile = patch * merge * pick.choice([6, 12])
    ratio = 1 / merge
    vision = {"patch_size": patch, "image_size": tile, "pixel_shuffle_ratio": ratio}
    image = {
        "image_processor_type": pick.choice(["Llama4ImageProcessor", "Llama4ImageProcessorFast"]),
        "size": pick.choice([tile, {"height": tile, "width": tile}]),
        **pick.choice([{}, {"max_patches": pick.choice([1, 4, 9])}]),
        **pick.choice([{}, {}, {"resize_to_max_canvas": True}]),
    }
    processor = {"patch_size": patch, "pixel_shuffle_ratio": ratio}
    return {"model_type": "llama4", "vision_config": vision}, processor, image, None


def perception_lm(pick):
    tile, merge = 14 * 4 * pick.choice([4, 8]), pick.choice([1, 2, 4])
    vision = {
        "architecture": "vit_pe_lang_large_patch14_448",
        "model_args": {"depth": 23, "embed_dim": 1024, "img_size": [448, 448]},
    }
    config = {"model_type": "perception_lm", "vision_config": vision, "projector_pooling_ratio": merge}
    image = {
        "image_processor_type": pick.choice(["PerceptionLMImageProcessor", "PerceptionLMImageProcessorFast"]),
        "tile_size": tile,
        **pick.choice([{}, {"max_num_tiles": pick.choice([1, 4, 16])}]),
        **pick.choice([{}, {}, {"vision_input_type": "vanilla"}]),
    }
    video = {
        "video_processor_type": "PerceptionLMVideoProcessor",
        "size": {"height": tile, "width": tile},
        **pick.choice([{}, {"do_sample_frames": True, "num_frames": pick.randint(1, 9)}]),
    }
    return config, {"patch_size": 14, "pooling_ratio": merge}, image, video


def perception_tokens(processor, _files, width, height):
    """As replace_image_token, which wants the pixels as a numpy array only to read their shape."""
    pixels = processor.image_processor([blank_image(width, height)])["pixel_values"][0]
    tiles, _, rows, cols = pixels.shape
    cell = processor.patch_size * processor.pooling_ratio
    return rows // cell * (cols // cell) * tiles


def deepseek_ocr2(pick):
    tile, overview = 64 * pick.choice([4, 9, 12]), 64 * pick.choice([8, 16])
    config = {"model_type": "deepseek_ocr2", "vision_config": {"sam_config": {"image_size": overview}}}
    config["text_config"] = {"num_experts_per_tok": 6}
    image = {
        "image_processor_type": pick.choice(["DeepseekOcr2ImageProcessor", "DeepseekOcr2ImageProcessorFast"]),
        "size": {"height": overview, "width": overview},
        "tile_size": tile,
        # The processor passes its own to every call.
        **pick.choice([{}, {"min_patches": 1, "max_patches": 9}]),
    }
    return config, pick.choice([{}, {"patch_size": 16, "downsample_ratio": 4}]), image, None


TILED_TYPES = {
    "idefics3": Type(idefics3, Idefics3Processor, {}, plain=SMOL_PLAIN, counted=[], nested=True),
    "smolvlm": Type(
        smolvlm,
        SmolVLMProcessor,
        {},
        plain=SMOL_PLAIN,
        video="<video>",
        counted=[],
        counted_of_video=SMOL_VIEW,
        nested=True,
        # apply_chat_template samples as the video processor says.
        video_inputs={"do_sample_frames": True, "return_tensors": "pt"},
    ),
    "aya_vision": Type(
        aya_vision,
        AyaVisionProcessor,
        {},
        plain=[
            *["<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<image>", "TILE_GLOBAL"],
            *(f"TILE_{tile}" for tile in range(1, 40)),
        ],
        counted=[],
    ),
    "cohere2_vision": Type(
        cohere2_vision,
        Cohere2VisionProcessor,
        {
            "boi_token": "<|START_OF_IMG|>",
            "eoi_token": "<|END_OF_IMG|>",
            "image_token": "<|IMG_PATCH|>",
            "img_line_break_token": "<|IMG_LINE_BREAK|>",
        },
        image="<|IMG_PATCH|>",
        counted=[],
    ),
    "ovis2": Type(
        ovis2,
        Ovis2Processor,
        {},
        plain=["<image>", "<IMG_START>", "<IMG_ATOM>", "<IMG_GRID>", "<IMG_COL>", "<IMG_ROW>", "<IMG_END>"],
        counted=[],
        inputs={"return_tensors": "pt"},
    ),
    "lfm2_vl": Type(
        lfm2_vl,
        Lfm2VlProcessor,
        {
            "image_token": "<image>",
            "image_start_token": "<|image_start|>",
            "image_end_token": "<|image_end|>",
            "image_thumbnail_token": "<|img_thumbnail|>",
        },
        plain=[f"<|img_row_{row}_col_{col}|>" for row in range(1, 11) for col in range(1, 11)],
        counted=[],
    ),
    "phi4_multimodal": Type(
        phi4_multimodal,
        Phi4MultimodalProcessor,
        {"image_token": "<|endoftext10|>", "audio_token": "<|endoftext11|>"},
        image="<|endoftext10|>",
        parts=lambda: {"audio_processor": Phi4MultimodalFeatureExtractor()},
        real=True,
    ),
    "mllama": Type(mllama, MllamaProcessor, {"image_token": "<|image|>"}, measure=mllama_keys),
    "llama4": Type(
        llama4,
        Llama4Processor,
        {},
        plain=[
            *["<|image|>", "<|image_start|>", "<|image_end|>", "<|patch|>"],
            *["<|tile_x_separator|>", "<|tile_y_separator|>"],
        ],
        image="<|image|>",
        counted=[],
        real=True,
    ),
    "perception_lm": Type(
        perception_lm,
        PerceptionLMProcessor,
        {"image_token": "<|image|>", "video_token": "<|video|>"},
        image="<|image|>",
        video="<|video|>",
        measure=perception_tokens,
        real_clips=True,
    ),
    "deepseek_ocr2": Type(deepseek_ocr2, DeepseekOcr2Processor, {"image_token": "<image>"}),
}
