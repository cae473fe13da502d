"""Random snapshots of every model type that packages/core/src/snapshot reads -> configs.json.

Each variation is a folder of files as transformers would find it (nested since version 5, in files of their own
before; video processors with and without a file). The processors are loaded from that folder by the Auto classes, and
count a few images and clips. Only variations that the loaded processor itself accepts are kept.
"""

import json
import random
import sys
from common import GOLDENS, compact, versions
from snapshots import (
    CLIPS,
    IMAGES,
    QWEN_TOKENS,
    Type,
    count_clips,
    count_images,
    frame_bounds,
    laid_out,
    load,
    pixel_limits,
    qwen_config,
    qwen_grid,
    square,
)
from snapshots_fixed import FIXED_TYPES
from snapshots_native import NATIVE_TYPES
from snapshots_tiled import TILED_TYPES
from transformers import (
    Gemma3Processor,
    Idefics2Processor,
    InternVLProcessor,
    LlavaNextProcessor,
    LlavaNextVideoProcessor,
    LlavaOnevisionProcessor,
    LlavaProcessor,
    PaliGemmaProcessor,
    PixtralProcessor,
    Qwen2_5_VLProcessor,
    Qwen2VLProcessor,
    Qwen3VLProcessor,
    VideoLlavaProcessor,
)

PER_TYPE = 40
# Of the types added last: their files are alike, and the golden stays small.
PER_LATER_TYPE = 12
IDEFICS2_TOKENS = {"image_token": "<image>", "image_boundary_token": "<fake_token_around_image>"}
GEMMA3_TOKENS = {
    "image_token": "<image_soft_token>",
    "boi_token": "<start_of_image>",
    "eoi_token": "<end_of_image>",
}
INTERNVL_TOKENS = {
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<video>",
}
PIXTRAL_TOKENS = ["[IMG]", "[IMG_BREAK]", "[IMG_END]"]


def clip_views(pick, tile):
    """Keys that make square views of `tile` px by cropping."""
    size = pick.choice([tile, {"shortest_edge": tile}, {"height": tile, "width": tile}])
    return {"size": size, "crop_size": square(pick, tile), "do_center_crop": True, "do_resize": True}


def clip_config(model_type, patch, tile, **more):
    vision = {"model_type": "clip_vision_model", "patch_size": patch, "image_size": tile}
    return {"model_type": model_type, "vision_config": vision, **more}


def class_token():
    return {"num_additional_image_tokens": 1, "vision_feature_select_strategy": "default"}


def llava(pick, model_type="llava"):
    patch, tile = pick.choice([12, 14, 16, 32]), pick.choice([112, 224, 336, 384, 448, 500])
    kind = pick.choice(["clip", "clip", "siglip", "padded"])
    config = clip_config(model_type, patch, tile)
    processor = {"patch_size": patch, **class_token()}
    image = {"image_processor_type": "CLIPImageProcessor", **clip_views(pick, tile)}
    if kind == "siglip" and model_type == "llava":
        config["vision_config"]["model_type"] = "siglip_vision_model"
        config["vision_feature_select_strategy"] = "full"
        processor.update(num_additional_image_tokens=0, vision_feature_select_strategy="full")
        image = {"image_processor_type": "SiglipImageProcessor", "size": {"height": tile, "width": tile}}
    elif kind == "padded":
        image = {
            "image_processor_type": "LlavaImageProcessor",
            "size": {"shortest_edge": tile},
            "do_center_crop": False,
            "do_pad": True,
        }
    return config, processor, image, None


def pinpoints(pick, tile):
    grids = [(rows, cols) for rows in range(1, 5) for cols in range(1, 5)]
    return [[rows * tile, cols * tile] for rows, cols in pick.sample(grids, pick.randint(1, 8))]


def llava_next(pick, model_type="llava_next"):
    patch = pick.choice([14, 16, 28])
    tile = patch * pick.choice([8, 12, 16, 24])
    canvases = pinpoints(pick, tile)
    image = {
        "image_processor_type": "LlavaNextImageProcessor",
        "image_grid_pinpoints": canvases,
        **clip_views(pick, tile),
    }
    if pick.random() < 0.3:
        image.update(do_center_crop=False, size={"height": tile, "width": tile}, crop_size=square(pick, tile))
    config = clip_config(model_type, patch, tile, image_grid_pinpoints=canvases)
    return config, {"patch_size": patch, **class_token()}, image, None


def sampling_by_number(pick):
    return pick.choice([{}, {"do_sample_frames": True, "num_frames": pick.randint(1, 9)}, {"num_frames": 4}])


def llava_next_video(pick):
    config, processor, image, _ = llava_next(pick, "llava_next_video")
    tile = config["vision_config"]["image_size"]
    video = {
        "video_processor_type": "LlavaNextVideoVideoProcessor",
        **clip_views(pick, tile),
        **sampling_by_number(pick),
    }
    if pick.random() < 0.3:
        # Under the name without Fast, AutoVideoProcessor finds LlavaNextVideoProcessor and calls itself for ever.
        return config, processor, {**image, "image_processor_type": "LlavaNextImageProcessorFast"}, None
    return config, processor, image, video


def llava_onevision(pick):
    patch, tile = pick.choice([14, 16]), pick.choice([224, 336, 384])
    side = pick.randint(1, 6)
    canvases = [[rows * tile, cols * tile] for rows in range(1, side + 1) for cols in range(1, side + 1)]
    cap = f"anyres_max_{pick.choice([1, 2, 3, 4, 6, 9, 12, 36])}"
    config = {
        "model_type": "llava_onevision",
        "vision_config": {"model_type": "siglip_vision_model", "patch_size": patch, "image_size": tile},
        "image_grid_pinpoints": canvases,
        "vision_aspect_ratio": cap,
    }
    processor = {
        "num_image_tokens": (tile // patch) ** 2,
        "vision_feature_select_strategy": "full",
        "vision_aspect_ratio": cap,
    }
    size = {"height": tile, "width": tile}
    image = {
        "image_processor_type": "LlavaOnevisionImageProcessor",
        "image_grid_pinpoints": canvases,
        "size": size,
    }
    video = {"video_processor_type": "LlavaOnevisionVideoProcessor", "size": size, **sampling_by_number(pick)}
    return config, processor, image, pick.choice([video, video, None])


def video_llava(pick):
    patch, tile = pick.choice([14, 16]), pick.choice([112, 224, 336])
    processor = {} if patch == 14 and pick.random() < 0.5 else {"patch_size": patch, **class_token()}
    image = {"image_processor_type": "VideoLlavaImageProcessor", **clip_views(pick, tile)}
    if isinstance(image["size"], list):
        image["size"] = {"shortest_edge": tile}
    video = {
        "video_processor_type": "VideoLlavaVideoProcessor",
        **clip_views(pick, tile),
        **sampling_by_number(pick),
    }
    return clip_config("video_llava", patch, tile), processor, image, pick.choice([video, None])


def idefics2(pick):
    latents = pick.choice([16, 64, 100])
    config = {
        "model_type": "idefics2",
        "vision_config": {"patch_size": pick.choice([14, 16]), "image_size": 980},
        "perceiver_config": {"resampler_n_latents": latents},
    }
    image = {
        "image_processor_type": "Idefics2ImageProcessor",
        "size": {"shortest_edge": pick.choice([196, 378]), "longest_edge": pick.choice([490, 980])},
        "do_image_splitting": pick.random() < 0.5,
    }
    return config, {"image_seq_len": latents}, image, None


def qwen2(pick, model_type="qwen2_vl"):
    grid = qwen_grid(pick)
    cell = (grid["patch_size"] * grid["merge_size"]) ** 2
    spellings = ["size", "pixels", "both", "inside"]
    image = {
        "image_processor_type": pick.choice(["Qwen2VLImageProcessor", "Qwen2VLImageProcessorFast"]),
        **grid,
        **pixel_limits(pick, cell, spellings),
    }
    video = {
        "video_processor_type": "Qwen2VLVideoProcessor",
        **grid,
        **pixel_limits(pick, cell, spellings),
        **frame_bounds(pick),
        **pick.choice(
            [
                {},
                {},
                {"do_sample_frames": True, "fps": pick.choice([0.5, 2, 4.5])},
                {"do_sample_frames": True, "num_frames": pick.choice([2, 6, 8])},
            ]
        ),
        **pick.choice([{}, {}, {"cap_pixels_per_frame": True}]),
    }
    return qwen_config(model_type, grid), {}, image, pick.choice([video, video, None])


def qwen3(pick, model_type="qwen3_vl"):
    grid = {**qwen_grid(pick), "temporal_patch_size": 2}
    cell = (grid["patch_size"] * grid["merge_size"]) ** 2
    image = {
        "image_processor_type": "Qwen2VLImageProcessorFast",
        **grid,
        **pixel_limits(pick, cell, ["size", "pixels", "both", "inside"]),
    }
    video = {
        "video_processor_type": "Qwen3VLVideoProcessor",
        **grid,
        **pixel_limits(pick, cell, ["size"], 8),
        **frame_bounds(pick),
        **pick.choice([{}, {"fps": pick.choice([0.5, 1, 5])}, {"do_sample_frames": False}]),
        **pick.choice([{}, {}, {"cap_pixels_per_frame": True}]),
    }
    return qwen_config(model_type, grid), {}, image, video


def pixtral(pick, model_type="mistral3"):
    patch, merge = pick.choice([14, 16]), pick.choice([1, 2, 3]) if model_type == "mistral3" else 1
    longest = pick.choice([300, 512, 1024, 1540])
    vision = {"model_type": "pixtral", "patch_size": patch, "image_size": longest}
    config = {"model_type": model_type, "vision_config": vision}
    if model_type == "mistral3":
        config["spatial_merge_size"] = merge
    processor = {"patch_size": patch, "spatial_merge_size": merge}
    if (patch, merge) == (16, 1) and pick.random() < 0.5:
        processor = {}
    size = pick.choice([{"longest_edge": longest}, {"height": longest, "width": longest}, longest])
    image = {"image_processor_type": pick.choice(["PixtralImageProcessor", "PixtralImageProcessorFast"])}
    return config, processor, {**image, "size": size, "patch_size": pick.choice([patch, 7])}, None


def llava_or_pixtral(pick):
    return pixtral(pick, "llava") if pick.random() < 0.3 else llava(pick)


def gemma3(pick):
    patch, side = pick.choice([14, 16]), pick.choice([4, 8, 16])
    tile = patch * side * pick.choice([2, 4])
    vision = {"model_type": "siglip_vision_model", "patch_size": patch, "image_size": tile}
    image = {
        "image_processor_type": "Gemma3ImageProcessor",
        "size": pick.choice([tile, {"height": tile, "width": tile}]),
        **pick.choice([{}, {"do_pan_and_scan": True, "pan_and_scan_max_num_crops": 2}]),
    }
    config = {"model_type": "gemma3", "vision_config": vision, "mm_tokens_per_image": side**2}
    return config, {} if side == 16 else {"image_seq_length": side**2}, image, None


def paligemma(pick):
    patch, tile = pick.choice([14, 16]), pick.choice([224, 448, 896])
    vision = {"model_type": "siglip_vision_model", "patch_size": patch, "image_size": tile}
    image = {
        "image_processor_type": "SiglipImageProcessor",
        "size": {"height": tile, "width": tile},
        "image_seq_length": (tile // patch) ** 2,
    }
    return {"model_type": "paligemma", "vision_config": vision}, {}, image, None


def fast_vlm(pick):
    tile = 64 * pick.choice([4, 8, 16])
    config = {"model_type": "fast_vlm", "vision_config": {"architecture": "fastvit_mci3"}}
    processor = {"patch_size": 64, "vision_feature_select_strategy": "full"}
    image = {"image_processor_type": "CLIPImageProcessor", **clip_views(pick, tile)}
    return config, processor, image, None


def internvl(pick):
    patch, merge = pick.choice([14, 16]), pick.choice([1, 2, 4])
    tile = patch * merge * pick.choice([4, 8])
    size = pick.choice([tile, {"height": tile, "width": tile}])
    config = {
        "model_type": "internvl",
        "vision_config": {"patch_size": [patch, patch], "image_size": [tile, tile]},
        "downsample_ratio": 1 / merge,
    }
    image = {
        "image_processor_type": pick.choice(["GotOcr2ImageProcessor", "GotOcr2ImageProcessorFast"]),
        "size": size,
        "crop_to_patches": pick.random() < 0.5,
        **pick.choice(
            [{}, {"max_patches": pick.choice([1, 4, 6, 24])}, {"min_patches": 2, "max_patches": 9}]
        ),
    }
    video = {
        "video_processor_type": "InternVLVideoProcessor",
        "size": size,
        **pick.choice([{}, {"do_sample_frames": True, "num_frames": pick.randint(1, 9)}, {"num_frames": 4}]),
    }
    tokens = (tile // patch // merge) ** 2
    return config, {"image_seq_length": tokens}, image, pick.choice([video, video, None])


TYPES = {
    "llava": Type(llava_or_pixtral, LlavaProcessor, real=True),
    "vipllava": Type(lambda pick: llava(pick, "vipllava"), LlavaProcessor, real=True),
    "llava_next": Type(llava_next, LlavaNextProcessor),
    "llava_next_video": Type(llava_next_video, LlavaNextVideoProcessor, video="<video>", real=True),
    "llava_onevision": Type(llava_onevision, LlavaOnevisionProcessor, video="<video>"),
    "video_llava": Type(video_llava, VideoLlavaProcessor, video="<video>", real=True),
    "idefics2": Type(
        idefics2, Idefics2Processor, IDEFICS2_TOKENS, counted=list(IDEFICS2_TOKENS.values()), images=True
    ),
    **{
        name: Type(vary, processor, QWEN_TOKENS, image="<|image_pad|>", video="<|video_pad|>")
        for name, vary, processor in [
            ("qwen2_vl", qwen2, Qwen2VLProcessor),
            ("qwen2_5_vl", lambda pick: qwen2(pick, "qwen2_5_vl"), Qwen2_5_VLProcessor),
            ("qwen3_vl", qwen3, Qwen3VLProcessor),
            ("qwen3_vl_moe", lambda pick: qwen3(pick, "qwen3_vl_moe"), Qwen3VLProcessor),
        ]
    },
    "internvl": Type(
        internvl,
        InternVLProcessor,
        INTERNVL_TOKENS,
        image="<IMG_CONTEXT>",
        video="<video>",
        counted=["<img>", "</img>", "<IMG_CONTEXT>"],
    ),
    "gemma3": Type(
        gemma3,
        Gemma3Processor,
        GEMMA3_TOKENS,
        image="<start_of_image>",
        counted=["<image_soft_token>"],
        nested=True,
    ),
    "paligemma": Type(paligemma, PaliGemmaProcessor),
    "mistral3": Type(
        pixtral, PixtralProcessor, {}, plain=PIXTRAL_TOKENS, image="[IMG]", counted=PIXTRAL_TOKENS
    ),
    **{
        name: Type(vary, Qwen3VLProcessor, QWEN_TOKENS, image="<|image_pad|>", video="<|video_pad|>")
        for name, vary in [
            ("qwen3_5", lambda pick: qwen3(pick, "qwen3_5")),
            ("qwen3_5_moe", lambda pick: qwen3(pick, "qwen3_5_moe")),
        ]
    },
    "fast_vlm": Type(fast_vlm, LlavaProcessor, real=True),
    **TILED_TYPES,
    **NATIVE_TYPES,
    **FIXED_TYPES,
}
FIRST_TYPES = list(TYPES)[: list(TYPES).index("mistral3") + 1]
PIXTRAL = Type(pixtral, PixtralProcessor, {}, plain=PIXTRAL_TOKENS, image="[IMG]", counted=PIXTRAL_TOKENS)


def type_of(files):
    """What counts the files: `llava` is also the model type of Pixtral."""
    config = files["config.json"]
    tower = config.get("vision_config", {}).get("model_type")
    return PIXTRAL if tower == "pixtral" else TYPES[config["model_type"]]


def vary(model_type, pick=None, wanted=None, media=lambda: (IMAGES, CLIPS)):
    """Snapshots of one type that transformers accepts, and how many it refused; `media` gives those of the next."""
    pick = pick or random.Random(f"configs:{model_type}")
    wanted = wanted or (PER_TYPE if model_type in FIRST_TYPES else PER_LATER_TYPE)
    snapshots, refused = [], 0
    while len(snapshots) < wanted:
        files = laid_out(pick, *TYPES[model_type].vary(pick))
        kind = type_of(files)
        sizes, lengths = media()
        try:
            processor = load(files, kind)
            images = count_images(processor, kind, files, sizes)
            clips = count_clips(processor, kind, lengths)
        except (ValueError, ZeroDivisionError, RuntimeError) as error:
            assert "meta" not in str(error), error
            refused += 1
            assert refused < max(PER_TYPE, wanted), f"{model_type}: most variations are refused"
            continue
        snapshots.append({"modelType": model_type, "files": files, "images": images, "clips": clips})
    return snapshots, refused


def main():
    if len(sys.argv) > 1:
        # Named types only, nothing written: for trying a variation.
        for model_type in sys.argv[1:]:
            snapshots, refused = vary(model_type)
            print(f"  {model_type}: {len(snapshots)} snapshots, {refused} refused: {snapshots[0]}")
        return
    lines = [f'{{"versions":{compact(versions())},"snapshots":[']
    total = 0
    for position, model_type in enumerate(TYPES):
        snapshots, refused = vary(model_type)
        last = position == len(TYPES) - 1
        lines.extend(
            compact(snapshot) + ("" if last and index == len(snapshots) - 1 else ",")
            for index, snapshot in enumerate(snapshots)
        )
        total += len(snapshots)
        print(
            f"  {model_type}: {len(snapshots)} snapshots, {refused} more refused by transformers", flush=True
        )
    lines.append("]}")
    path = GOLDENS / "configs.json"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    json.loads(path.read_text(encoding="utf-8"))
    print(f"{path.name}: {total} snapshots, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
