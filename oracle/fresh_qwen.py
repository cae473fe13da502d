"""Subjects of fresh.py: the Qwen-VL models, and LLaVA-OneVision-1.5 with their processor."""

from clips import MARKERS, PADS
from common import make_tokenizer
from fresh_draws import bounds, edges, sampling
from fresh_subject import Subject
from transformers import (
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)


def qwen2(checkpoint, processor_class):
    def make(pick):
        (low, high), (video_low, video_high) = bounds(pick, 784), bounds(pick, 784, 500)
        least, most = pick.choice([(4, 768), (2, 64), (6, 20)])
        cap = pick.random() < 0.3
        taken, arguments = sampling(pick)
        processor = processor_class(
            Qwen2VLImageProcessor(size=edges(low, high)),
            make_tokenizer(PADS, MARKERS),
            Qwen2VLVideoProcessor(size=edges(video_low, video_high), min_frames=least, max_frames=most),
        )
        limits = {"min_pixels": low, "max_pixels": high}
        frames = {"min_frames": least, "max_frames": most, "cap_pixels_per_frame": cap}
        return Subject(
            checkpoint,
            processor,
            {**limits, "video_min_pixels": video_low, "video_max_pixels": video_high, **frames, **taken},
            image=f"{MARKERS[0]}<|image_pad|>{MARKERS[1]}",
            video=f"{MARKERS[0]}<|video_pad|>{MARKERS[1]}",
            visual=tuple(PADS.values()),
            videos={**arguments, "cap_pixels_per_frame": cap},
            # Every frame of a long clip would be millions of tokens.
            most_frames=300 if taken.get("num_frames") == "all" else 4000,
        )

    return make


def qwen3(pick):
    (low, high), (video_low, video_high) = bounds(pick, 1024), bounds(pick, 1024, 24_576)
    least, most = pick.choice([(4, 768), (2, 64), (6, 20)])
    cap = pick.random() < 0.3
    taken, arguments = sampling(pick, default=({}, {}))
    if "num_frames" in arguments:
        arguments["fps"] = None
    tokenizer = make_tokenizer({**PADS, "vision_start_token": MARKERS[0], "vision_end_token": MARKERS[1]})
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(size=edges(low, high), patch_size=16),
        tokenizer,
        Qwen3VLVideoProcessor(size=edges(video_low, video_high), min_frames=least, max_frames=most),
    )
    limits = {"min_pixels": low, "max_pixels": high}
    frames = {"min_frames": least, "max_frames": most, "cap_pixels_per_frame": cap}
    return Subject(
        pick.choice(["qwen3-vl-8b", "qwen3.5-9b"]),
        processor,
        {**limits, "video_min_pixels": video_low, "video_max_pixels": video_high, **frames, **taken},
        image=f"{MARKERS[0]}<|image_pad|>{MARKERS[1]}",
        video=f"{MARKERS[0]}<|video_pad|>{MARKERS[1]}",
        visual=tuple(PADS.values()),
        videos={**arguments, "cap_pixels_per_frame": cap},
    )


def llava_onevision_1_5(pick):
    low, high = bounds(pick, 784)
    processor = Qwen2VLProcessor(
        Qwen2VLImageProcessor(size=edges(low, high)), make_tokenizer(PADS, MARKERS), Qwen2VLVideoProcessor()
    )
    return Subject(
        "llava-onevision-1.5-8b",
        processor,
        {"min_pixels": low, "max_pixels": high},
        image=f"{MARKERS[0]}<|image_pad|>{MARKERS[1]}",
        visual=("<|image_pad|>",),
    )


QWEN = {
    "qwen2_vl": qwen2("qwen2-vl-7b", Qwen2VLProcessor),
    "qwen2_5_vl": qwen2("qwen2.5-vl-7b", Qwen2_5_VLProcessor),
    "qwen3_vl": qwen3,
    "llava_onevision1_5": llava_onevision_1_5,
}
