"""How the files of model types whose images always cost the same vary, and Fuyu's (see configs.py)."""

from common import blank_image, make_tokenizer
from snapshots import GEMMA_3N_TOKENS, Type, square
from transformers import (
    Blip2Processor,
    DeepseekVLHybridProcessor,
    DeepseekVLProcessor,
    FuyuProcessor,
    Gemma3nAudioFeatureExtractor,
    Gemma3nProcessor,
    InstructBlipProcessor,
    InstructBlipVideoProcessor,
    JanusProcessor,
    Kosmos2Processor,
)

JANUS_TOKENS = {
    "image_token": "<image_placeholder>",
    "boi_token": "<begin_of_image>",
    "eoi_token": "<end_of_image>",
}
FUYU_TOKENS = ["|SPEAKER|", "|NEWLINE|", "<0x00>", "<0x01>", "<0x02>", "<0x03>", "<0x04>", "<s>"]


def gemma3n(pick):
    side = pick.choice([4, 8, 16])
    tile = 48 * pick.choice([16, 20])
    config = {"model_type": "gemma3n", "vision_soft_tokens_per_image": side**2}
    image = {"image_processor_type": "SiglipImageProcessor", "size": {"height": tile, "width": tile}}
    return config, {} if side == 16 else {"image_seq_length": side**2}, image, None


def padded(pick, model_type, image_class):
    patch, side = pick.choice([14, 16]), pick.choice([8, 16, 24])
    tile = patch * side
    config = {"model_type": model_type, "vision_config": {"patch_size": patch, "image_size": tile}}
    image = {
        "image_processor_type": pick.choice([image_class, f"{image_class}Fast"]),
        "size": square(pick, tile),
        **pick.choice([{}, {"min_size": 7}]),
    }
    return config, {} if side == 24 and pick.random() < 0.5 else {"num_image_tokens": side**2}, image, None


def blip(pick, model_type):
    patch, count = 14, pick.choice([16, 32, 64])
    tile = patch * pick.choice([8, 16])
    config = {
        "model_type": model_type,
        "vision_config": {"patch_size": patch, "image_size": tile},
        "num_query_tokens": count,
    }
    image = {
        "image_processor_type": pick.choice(["BlipImageProcessor", "BlipImageProcessorFast"]),
        "size": square(pick, tile),
    }
    return config, {"num_query_tokens": count}, image, None


def blip_video(pick):
    config, processor, image, _ = blip(pick, "instructblipvideo")
    video = {"video_processor_type": "InstructBlipVideoVideoProcessor", "size": image["size"]}
    return config, processor, image, video


def kosmos2(pick):
    tile = 14 * pick.choice([8, 16, 24])
    config = {"model_type": "kosmos-2", "vision_config": {"image_size": tile}}
    crop = {"size": {"shortest_edge": tile}, "crop_size": square(pick, tile), "do_center_crop": True}
    stretched = {"size": {"height": tile, "width": tile}, "do_center_crop": False}
    image = {"image_processor_type": "CLIPImageProcessor", **pick.choice([crop, stretched])}
    return config, {}, image, None


def kosmos_tokens(processor, _files, width, height):
    output = processor(text="a", images=blank_image(width, height))
    mask = output["image_embeds_position_mask"]
    return sum(mask[0] if isinstance(mask[0], list) else mask)


def fuyu(pick):
    size = pick.choice(
        [{}, {"size": {"height": 30 * pick.randint(8, 40), "width": 30 * pick.randint(8, 40)}}]
    )
    image = {
        "image_processor_type": pick.choice(["FuyuImageProcessor", "FuyuImageProcessorFast"]),
        **size,
        **pick.choice([{}, {"patch_size": {"height": 30, "width": 30}}]),
    }
    return {"model_type": "fuyu"}, {}, image, None


def fuyu_tokens(processor, _files, width, height):
    _, replacements = processor._process_images([blank_image(width, height)], return_tensors="pt")
    return replacements[0].count("|SPEAKER|") + replacements[0].count("|NEWLINE|")


def qformer():
    return {"qformer_tokenizer": make_tokenizer()}


FIXED_TYPES = {
    "gemma3n": Type(
        gemma3n,
        Gemma3nProcessor,
        GEMMA_3N_TOKENS,
        plain=["\n\n"],
        image="<image_soft_token>",
        parts=lambda: {"feature_extractor": Gemma3nAudioFeatureExtractor()},
    ),
    "deepseek_vl": Type(
        lambda pick: padded(pick, "deepseek_vl", "DeepseekVLImageProcessor"),
        DeepseekVLProcessor,
        {"image_token": "<image_placeholder>"},
        image="<image_placeholder>",
    ),
    "deepseek_vl_hybrid": Type(
        lambda pick: padded(pick, "deepseek_vl_hybrid", "DeepseekVLHybridImageProcessor"),
        DeepseekVLHybridProcessor,
        {"image_token": "<image_placeholder>"},
        image="<image_placeholder>",
    ),
    "janus": Type(
        lambda pick: padded(pick, "janus", "JanusImageProcessor"),
        JanusProcessor,
        JANUS_TOKENS,
        image="<image_placeholder>",
    ),
    "blip-2": Type(lambda pick: blip(pick, "blip-2"), Blip2Processor, {}, image="", counted=["<image>"]),
    "instructblip": Type(
        lambda pick: blip(pick, "instructblip"),
        InstructBlipProcessor,
        {},
        image="",
        counted=["<image>"],
        parts=qformer,
    ),
    "instructblipvideo": Type(
        blip_video,
        InstructBlipVideoProcessor,
        {},
        video="",
        counted=["<video>"],
        parts=qformer,
        takes_images=False,
    ),
    "kosmos-2": Type(kosmos2, Kosmos2Processor, {}, measure=kosmos_tokens),
    "fuyu": Type(fuyu, FuyuProcessor, {}, plain=FUYU_TOKENS, measure=fuyu_tokens),
}
