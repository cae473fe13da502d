"""Subjects of fresh.py whose images always cost the same."""

from common import blank_image, make_tokenizer
from fresh_draws import SMALL
from fresh_subject import Subject, pixels_of
from transformers import (
    Blip2Processor,
    BlipImageProcessor,
    CLIPImageProcessor,
    DeepseekVLImageProcessor,
    DeepseekVLProcessor,
    Gemma3nAudioFeatureExtractor,
    Gemma3nProcessor,
    InstructBlipProcessor,
    InstructBlipVideoProcessor,
    InstructBlipVideoVideoProcessor,
    JanusImageProcessor,
    JanusProcessor,
    Kosmos2Processor,
    PaliGemmaProcessor,
    SiglipImageProcessor,
)


def fixed(checkpoint, processor, image, visual, **more):
    facts = {"most_pixels": SMALL, **more}
    return lambda _pick: Subject(checkpoint, processor, image=image, visual=visual, **facts)


def gemma3n():
    names = {
        "image_token": "<image_soft_token>",
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "audio_token": "<audio_soft_token>",
        "boa_token": "<start_of_audio>",
        "eoa_token": "<end_of_audio>",
    }
    images = SiglipImageProcessor(size={"height": 768, "width": 768})
    processor = Gemma3nProcessor(Gemma3nAudioFeatureExtractor(), images, make_tokenizer(names, ["\n\n"]))
    return fixed("gemma-3n-e4b", processor, "<image_soft_token>", ("<image_soft_token>",))


def paligemma(pick):
    side = pick.choice([224, 448, 896])
    images = SiglipImageProcessor(size={"height": side, "width": side})
    images.image_seq_length = (side // 14) ** 2
    processor = PaliGemmaProcessor(images, make_tokenizer({"image_token": "<image>"}))
    visual = ("<image>",)
    # Several images would share one `<bos>` and one newline.
    facts = {"most_images": 1, "most_pixels": SMALL, "extra": 2}
    return Subject(f"paligemma2-3b-{side}", processor, image="<image>", visual=visual, **facts)


def deepseek_vl():
    tokenizer = make_tokenizer({"image_token": "<image_placeholder>"})
    processor = DeepseekVLProcessor(DeepseekVLImageProcessor(), tokenizer)
    return fixed("deepseek-vl-7b", processor, "<image_placeholder>", ("<image_placeholder>",))


def janus():
    names = {
        "image_token": "<image_placeholder>",
        "boi_token": "<begin_of_image>",
        "eoi_token": "<end_of_image>",
    }
    processor = JanusProcessor(JanusImageProcessor(), make_tokenizer(names))
    return fixed("janus-pro-7b", processor, "<image_placeholder>", ("<image_placeholder>",))


def kosmos2():
    processor = Kosmos2Processor(CLIPImageProcessor(), make_tokenizer())

    def count(subject, media):
        mask = processor(text="a", images=pixels_of(media[0], subject))["image_embeds_position_mask"]
        mask = mask[0] if isinstance(mask[0], list) else mask
        # <s> <image> 64 tokens </image>, a space and a letter
        return {"visual": sum(mask), "context": len(mask) - 3}

    return fixed("kosmos-2-patch14-224", processor, "", (), most_images=1, measure=count)


def blip(checkpoint, processor):
    def count(subject, media):
        ids = processor(text="", images=pixels_of(media[0], subject))["input_ids"]
        row = ids[0] if isinstance(ids[0], list) else ids
        return {"visual": processor.tokenizer.convert_ids_to_tokens(row).count("<image>")}

    return fixed(checkpoint, processor, "", (), most_images=1, measure=count)


def instructblip_video():
    processor = InstructBlipVideoProcessor(
        InstructBlipVideoVideoProcessor(), make_tokenizer(), make_tokenizer(), num_query_tokens=32
    )

    def count(subject, media):
        clip = blank_image(media[0]["width"], media[0]["height"]).expand(media[0]["frames"], -1, -1, -1)
        ids = processor(text="", images=[clip])["input_ids"]
        return {"visual": processor.tokenizer.convert_ids_to_tokens(ids[0]).count("<video>")}

    return lambda _pick: Subject(
        "instructblipvideo-vicuna-7b", processor, video="", most_frames=64, measure=count
    )


def make_blip2():
    processor = Blip2Processor(BlipImageProcessor(), make_tokenizer(), num_query_tokens=32)
    return blip("blip2-opt-2.7b", processor)


def make_instructblip():
    processor = InstructBlipProcessor(
        BlipImageProcessor(), make_tokenizer(), make_tokenizer(), num_query_tokens=32
    )
    return blip("instructblip-vicuna-7b", processor)


FIXED = {
    "gemma3n": gemma3n(),
    "paligemma": paligemma,
    "deepseek_vl": deepseek_vl(),
    "janus": janus(),
    "kosmos2": kosmos2(),
    "blip_2": make_blip2(),
    "instructblip": make_instructblip(),
    "instructblipvideo": instructblip_video(),
}
