"""How the files of model types that keep an image's own shape vary (see configs.py)."""

from snapshots import Type, pixel_limits
from transformers import (
    Ernie4_5_VLMoeProcessor,
    Gemma4AudioFeatureExtractor,
    Gemma4Processor,
    Glm4vProcessor,
    Glm46VProcessor,
    HunYuanVLProcessor,
    Kimi_K25Processor,
    MiniCPMV4_6Processor,
    VideoLlama3Processor,
)

GLM_MARKS = ["<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>"]


def fast(pick, name):
    return pick.choice([name, f"{name}Fast"])


def gemma4(pick):
    grid = {"patch_size": pick.choice([14, 16]), "pooling_kernel_size": pick.choice([2, 3])}
    budgets = [70, 140, 280, 560, 1120]
    config = {"model_type": "gemma4", "vision_config": {"model_type": "gemma4_vision", **grid}}
    image = {"image_processor_type": "Gemma4ImageProcessor", **grid, **soft_tokens(pick, budgets)}
    video = {
        "video_processor_type": "Gemma4VideoProcessor",
        **grid,
        **soft_tokens(pick, budgets),
        **pick.choice([{}, {"num_frames": pick.choice([1, 4, 8])}, {"do_sample_frames": False}]),
    }
    return config, {}, image, pick.choice([video, video, None])


def soft_tokens(pick, budgets):
    return pick.choice([{}, {"max_soft_tokens": pick.choice(budgets)}])


def vision_grid(pick, temporal):
    return {"patch_size": pick.choice([12, 14, 16]), "merge_size": pick.choice([1, 2, 3]), **temporal}


def vision_config(grid, temporal_key="temporal_patch_size"):
    return {
        "patch_size": grid["patch_size"],
        "spatial_merge_size": grid["merge_size"],
        temporal_key: grid["temporal_patch_size"],
    }


def glm(pick, model_type="glm4v"):
    grid = vision_grid(pick, {"temporal_patch_size": 2})
    cell = (grid["patch_size"] * grid["merge_size"]) ** 2
    newer = model_type == "glm46v" or (model_type == "glm4v_moe" and pick.random() < 0.5)
    name = "Glm46V" if newer else "Glm4v"
    image = {"image_processor_type": f"{name}ImageProcessor", **grid, **pixel_limits(pick, cell, ["size"], 2)}
    video = {
        "video_processor_type": f"{name}VideoProcessor",
        **grid,
        **pixel_limits(pick, cell, ["size"], 8),
        **pick.choice(
            [{}, {"fps": pick.choice([0.5, 1, 5])}, {"do_sample_frames": False}, {"max_duration": 2}]
        ),
    }
    return (
        {"model_type": model_type, "vision_config": vision_config(grid)},
        {},
        image,
        pick.choice([video, video, None]),
    )


def ernie(pick):
    grid = vision_grid(pick, {"temporal_patch_size": 2})
    cell = (grid["patch_size"] * grid["merge_size"]) ** 2
    image = {
        "image_processor_type": fast(pick, "Ernie4_5_VLMoeImageProcessor"),
        **grid,
        "temporal_patch_size": 1,
        **pixel_limits(pick, cell, ["size"]),
    }
    video = {
        "video_processor_type": "Ernie4_5_VLMoeVideoProcessor",
        # Times are drawn with a font that comes with a checkpoint.
        "draw_on_frames": False,
        **grid,
        **pixel_limits(pick, cell, ["size"]),
        **pick.choice([{}, {"fps": 2}, {"num_frames": 8, "min_frames": 2}, {"do_sample_frames": False}]),
        **pick.choice([{}, {"max_frames": 20, "min_frames": 4}]),
    }
    return (
        {"model_type": "ernie4_5_vl_moe", "vision_config": vision_config(grid, "temporal_merge_size")},
        {},
        image,
        video,
    )


def kimi_k25(pick):
    grid = {"patch_size": pick.choice([12, 14]), "merge_size": pick.choice([1, 2, 3])}
    vision = {"patch_size": grid["patch_size"], "merge_kernel_size": [grid["merge_size"]] * 2}
    size = pick.choice([{}, {"size": {"max_height": 64, "max_width": 64}}])
    image = {
        "image_processor_type": "Kimi_K25ImageProcessor",
        **grid,
        **size,
        **pick.choice([{}, {"max_patches": pick.choice([256, 1000, 4096])}]),
    }
    video = {
        "video_processor_type": "Kimi_K25VideoProcessor",
        **grid,
        **size,
        **pick.choice([{}, {"max_patches": pick.choice([64, 256])}]),
        **pick.choice([{}, {"temporal_patch_size": 2}]),
        **pick.choice([{}, {"fps": pick.choice([0.5, 1, 4])}, {"do_sample_frames": False}]),
    }
    return {"model_type": "kimi_k25", "vision_config": vision}, {}, image, pick.choice([video, video, None])


def minicpm(pick):
    patch = pick.choice([12, 14])
    shared = {"patch_size": patch, "scale_resolution": patch * pick.choice([16, 32])}
    mode = pick.choice([{}, {"downsample_mode": "4x"}])
    image = {
        "image_processor_type": "MiniCPMV4_6ImageProcessor",
        **shared,
        **mode,
        **pick.choice([{}, {"max_slice_nums": pick.choice([1, 4])}, {"slice_mode": False}]),
    }
    video = {
        "video_processor_type": "MiniCPMV4_6VideoProcessor",
        **shared,
        **mode,
        **pick.choice([{}, {"max_slice_nums": pick.choice([1, 2])}, {"slice_mode": False}]),
        **pick.choice([{}, {"max_num_frames": 2}, {"do_sample_frames": False}]),
    }
    config = {"model_type": "minicpmv4_6", "vision_config": {"patch_size": patch, "image_size": 448}}
    return config, {}, image, pick.choice([video, video, None])


def video_llama_3(pick):
    patch = pick.choice([14, 16])
    image_grid = {"patch_size": patch, "merge_size": pick.choice([1, 2])}
    image = {
        "image_processor_type": fast(pick, "VideoLlama3ImageProcessor"),
        **image_grid,
        **pixel_limits(pick, (patch * image_grid["merge_size"]) ** 2, ["size", "pixels", "both", "inside"]),
    }
    frame_grid = {"patch_size": patch, "merge_size": pick.choice([1, 2])}
    video = {
        "video_processor_type": "VideoLlama3VideoProcessor",
        # What compression keeps depends on the pixels.
        "use_token_compression": False,
        **frame_grid,
        **pixel_limits(
            pick, (patch * frame_grid["merge_size"]) ** 2, ["size", "pixels", "both", "inside"], 24
        ),
        **pick.choice(
            [
                {},
                {"do_sample_frames": True, "fps": 2},
                {"do_sample_frames": True, "num_frames": 6},
                {"fps": 2},
            ]
        ),
        **pick.choice([{}, {"max_frames": 8}]),
    }
    return {"model_type": "video_llama_3", "vision_config": {"patch_size": patch}}, {}, image, video


def hunyuan(pick):
    grid = {"patch_size": pick.choice([14, 16]), "merge_size": pick.choice([1, 2])}
    cell = (grid["patch_size"] * grid["merge_size"]) ** 2
    image = {
        "image_processor_type": pick.choice(["HunYuanVLImageProcessor", "HunYuanVLImageProcessorFast"]),
        **grid,
        **pixel_limits(pick, cell, ["size", "pixels", "both", "inside"]),
    }
    vision = {"patch_size": grid["patch_size"], "spatial_merge_size": grid["merge_size"]}
    return {"model_type": "hunyuan_vl", "vision_config": vision}, {}, image, None


def glm_type(model_type, processor):
    return Type(
        lambda pick: glm(pick, model_type),
        processor,
        {"image_token": "<|image|>", "video_token": "<|video|>"},
        plain=GLM_MARKS,
        image="<|image|>",
        video="<|video|>",
        # A video becomes image placeholders, one run per pair of frames.
        counted_of_video=["<|image|>"],
    )


NATIVE_TYPES = {
    "gemma4": Type(
        gemma4,
        Gemma4Processor,
        {
            "image_token": "<|image|>",
            "boi_token": "<|image>",
            "eoi_token": "<image|>",
            "audio_token": "<|audio|>",
            "boa_token": "<|audio>",
            "eoa_token": "<audio|>",
        },
        image="<|image|>",
        video="<|video|>",
        parts=lambda: {"feature_extractor": Gemma4AudioFeatureExtractor()},
        refuses_short=True,
    ),
    "glm4v": glm_type("glm4v", Glm4vProcessor),
    "glm4v_moe": glm_type("glm4v_moe", Glm4vProcessor),
    "glm46v": glm_type("glm46v", Glm46VProcessor),
    "ernie4_5_vl_moe": Type(
        ernie,
        Ernie4_5_VLMoeProcessor,
        {
            "image_token": "<|IMAGE_PLACEHOLDER|>",
            "image_start_token": "<|IMAGE_START|>",
            "image_end_token": "<|IMAGE_END|>",
            "video_token": "<|VIDEO_PLACEHOLDER|>",
            "video_start_token": "<|VIDEO_START|>",
            "video_end_token": "<|VIDEO_END|>",
        },
        image="<|IMAGE_PLACEHOLDER|>",
        video="<|VIDEO_PLACEHOLDER|>",
        refuses_short=True,
    ),
    "kimi_k25": Type(
        kimi_k25,
        Kimi_K25Processor,
        {"image_token": "<|media_pad|>", "video_token": "<|kimi_k25_video_placeholder|>"},
        plain=["<|media_begin|>", "<|media_content|>", "<|media_end|>"],
        image="<|media_pad|>",
        video="<|kimi_k25_video_placeholder|>",
        refuses_short=True,
    ),
    "minicpmv4_6": Type(
        minicpm,
        MiniCPMV4_6Processor,
        {
            "image_token": "<|image_pad|>",
            "video_token": "<|video_pad|>",
            "image_start_token": "<image>",
            "image_end_token": "</image>",
            "slice_start_token": "<slice>",
            "slice_end_token": "</slice>",
            "image_id_start_token": "<image_id>",
            "image_id_end_token": "</image_id>",
        },
        image="<|image_pad|>",
        video="<|video_pad|>",
    ),
    "video_llama_3": Type(
        video_llama_3, VideoLlama3Processor, video="<video>", real_clips=True, refuses_short=True
    ),
    "hunyuan_vl": Type(
        hunyuan,
        HunYuanVLProcessor,
        {"image_token": "<image>", "image_start_token": "<img>", "image_end_token": "</img>"},
        image="<img><image></img>",
        counted=["<image>"],
    ),
}
