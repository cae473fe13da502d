"""Subjects of fresh.py: the LLaVA models."""

from common import make_tokenizer
from fresh_draws import LLAVA_TOKENS, WITH_PIXELS, some_frames, square
from fresh_subject import Subject
from llava import MODELS as LLAVA_MODELS
from llava import make_processor as make_llava
from llava_next import OPTIONS, image_processor, make_llava_next
from llava_onevision import make_processor as make_llava_onevision
from transformers import (
    LlavaNextVideoProcessor,
    LlavaNextVideoVideoProcessor,
    VideoLlavaImageProcessor,
    VideoLlavaProcessor,
    VideoLlavaVideoProcessor,
)


def llava(pick):
    checkpoint = pick.choice(["llava-1.5-7b", "vip-llava-7b", "fast-vlm"])
    ours = {"fast-vlm": "fastvlm-7b"}.get(checkpoint, checkpoint)
    processor = make_llava(**LLAVA_MODELS[checkpoint])
    return Subject(ours, processor, image="<image>", visual=("<image>",), **WITH_PIXELS)


def llava_next(_pick):
    return Subject("llava-v1.6-mistral-7b", make_llava_next(), image="<image>", visual=("<image>",))


def llava_next_video(pick):
    settings, arguments = some_frames(pick)
    video = LlavaNextVideoVideoProcessor(size={"shortest_edge": 336}, crop_size=square(336))
    processor = LlavaNextVideoProcessor(video, image_processor(), make_tokenizer(LLAVA_TOKENS), **OPTIONS)
    return Subject(
        "llava-next-video-7b",
        processor,
        settings,
        image="<image>",
        video="<video>",
        visual=("<image>", "<video>"),
        videos=arguments,
        **WITH_PIXELS,
        most_frames=24,
    )


def llava_onevision(pick):
    cap = pick.choice([9, 9, 1, 2, 3, 4, 6, 12, 16, 36])
    settings, arguments = some_frames(pick)
    # Images of one message come as one list, as apply_chat_template passes them.
    nested = pick.random() < 0.7
    processor = make_llava_onevision(f"anyres_max_{cap}")
    return Subject(
        "llava-onevision-qwen2-7b-ov",
        processor,
        {"anyres_max": cap, **settings},
        image="<image>",
        video=None if nested else "<video>",
        visual=("<image>", "<video>"),
        videos=arguments,
        nested=nested,
        most_images=6 if nested else 1,
    )


def video_llava(pick):
    settings, arguments = some_frames(pick)
    processor = VideoLlavaProcessor(
        VideoLlavaImageProcessor(),
        VideoLlavaVideoProcessor(),
        make_tokenizer(LLAVA_TOKENS),
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )
    return Subject(
        "video-llava-7b",
        processor,
        settings,
        image="<image>",
        video="<video>",
        visual=("<image>", "<video>"),
        videos=arguments,
        **WITH_PIXELS,
        most_frames=24,
    )


LLAVA = {
    "llava": llava,
    "llava_next": llava_next,
    "llava_next_video": llava_next_video,
    "llava_onevision": llava_onevision,
    "video_llava": video_llava,
}
