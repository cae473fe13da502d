"""Subjects of fresh.py that keep an image's own shape."""

from common import make_tokenizer
from fresh_draws import SMALL, bounds, edges, sampling
from fresh_subject import Subject, pixels_of
from grids import ERNIE_NAMES, GLM_CLASSES
from transformers import (
    Ernie4_5_VLMoeImageProcessor,
    Ernie4_5_VLMoeProcessor,
    Ernie4_5_VLMoeVideoProcessor,
    FuyuImageProcessor,
    FuyuProcessor,
    Gemma4AudioFeatureExtractor,
    Gemma4ImageProcessor,
    Gemma4Processor,
    Gemma4VideoProcessor,
    HunYuanVLImageProcessor,
    HunYuanVLProcessor,
    Kimi_K25ImageProcessor,
    Kimi_K25Processor,
    Kimi_K25VideoProcessor,
    PixtralImageProcessor,
    PixtralProcessor,
    VideoLlama3ImageProcessor,
    VideoLlama3Processor,
    VideoLlama3VideoProcessor,
)


def pixtral(pick):
    checkpoint, patch, merge = pick.choice([("pixtral-12b", 16, 1), ("mistral-small-3.1-24b", 14, 2)])
    longest = pick.choice([1024, 1540, pick.randint(64, 2000)])
    marks = ["[IMG]", "[IMG_BREAK]", "[IMG_END]"]
    processor = PixtralProcessor(
        PixtralImageProcessor(size={"longest_edge": longest}, patch_size=patch),
        make_tokenizer(plain=marks),
        patch_size=patch,
        spatial_merge_size=merge,
    )
    return Subject(checkpoint, processor, {"longest_edge": longest}, image="[IMG]", visual=tuple(marks))


def gemma4(pick):
    names = {
        "image_token": "<|image|>",
        "boi_token": "<|image>",
        "eoi_token": "<image|>",
        "audio_token": "<|audio|>",
        "boa_token": "<|audio>",
        "eoa_token": "<audio|>",
    }
    budgets = [70, 140, 280, 560, 1120]
    image, video = pick.choice(budgets), pick.choice(budgets)
    processor = Gemma4Processor(
        Gemma4AudioFeatureExtractor(),
        Gemma4ImageProcessor(max_soft_tokens=image),
        make_tokenizer(names),
        Gemma4VideoProcessor(max_soft_tokens=video),
        image_seq_length=image,
    )
    frames = pick.choice([4, 16, 32])
    taken, arguments = pick.choice(
        [
            ({"num_frames": frames}, {"num_frames": frames}),
            ({}, {}),
            ({"num_frames": "all"}, {"do_sample_frames": False}),
        ]
    )
    return Subject(
        "gemma-4-31b",
        processor,
        {"max_soft_tokens": image, "video_max_soft_tokens": video, **taken},
        image="<|image|>",
        video="<|video|>",
        visual=("<|image|>", "<|video|>"),
        videos=arguments,
        most_frames=400,
    )


def glm(family, checkpoint):
    def make(pick):
        marks = ["<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>"]
        names = {"image_token": "<|image|>", "video_token": "<|video|>"}
        processor_class, image_class, video_class = GLM_CLASSES[family]
        (low, high), (video_low, video_high) = bounds(pick, 1568), bounds(pick, 1568, 60_000)
        # Sampling reads `max_duration` from the processor, whatever a call says.
        by_rate = {"fps": pick.choice([1, 2, 4]), "max_duration": pick.choice([30, 300])}
        by_rate = by_rate if family == "glm4v" else {}
        processor = processor_class(
            image_class(size=edges(low, high)),
            make_tokenizer(names, marks),
            video_class(size=edges(video_low, video_high), **by_rate),
        )
        taken, arguments = pick.choice([(by_rate, {}), ({"num_frames": "all"}, {"do_sample_frames": False})])
        return Subject(
            checkpoint,
            processor,
            {
                "min_pixels": low,
                "max_pixels": high,
                "video_min_pixels": video_low,
                "video_max_pixels": video_high,
                **taken,
            },
            image="<|begin_of_image|><|image|><|end_of_image|>",
            video="<|begin_of_video|><|video|><|end_of_video|>",
            visual=("<|image|>",),
            videos=arguments,
        )

    return make


def ernie(pick):
    (low, high), (video_low, video_high) = bounds(pick, 784), bounds(pick, 784, 500)
    least, most = pick.choice([(16, 180), (4, 20), (2, 64)])
    processor = Ernie4_5_VLMoeProcessor(
        Ernie4_5_VLMoeImageProcessor(size=edges(low, high)),
        make_tokenizer(ERNIE_NAMES),
        Ernie4_5_VLMoeVideoProcessor(
            draw_on_frames=False, size=edges(video_low, video_high), min_frames=least, max_frames=most
        ),
    )
    taken, arguments = sampling(pick, numbers=[least, most, (least + most) // 2], default=({}, {}))
    if "num_frames" in arguments:
        arguments["fps"] = None

    def wrapped(kind):
        return "".join(ERNIE_NAMES[f"{kind}_{part}"] for part in ("start_token", "token", "end_token"))

    return Subject(
        "ernie-4.5-vl-28b-a3b",
        processor,
        {
            "min_pixels": low,
            "max_pixels": high,
            "video_min_pixels": video_low,
            "video_max_pixels": video_high,
            "min_frames": least,
            "max_frames": most,
            **taken,
        },
        image=f"Picture {{n}}:{wrapped('image')}",
        video=f"Video {{n}}:{wrapped('video')}",
        visual=(ERNIE_NAMES["image_token"], ERNIE_NAMES["video_token"]),
        # From the tenth on, an image's number has two digits.
        most_images=14,
        videos=arguments,
        most_frames=300 if taken.get("num_frames") == "all" else 4000,
    )


def kimi(pick):
    marks = ["<|media_begin|>", "<|media_content|>", "<|media_end|>"]
    names = {"image_token": "<|media_pad|>", "video_token": "<|kimi_k25_video_placeholder|>"}
    limit, video_limit = pick.choice([256, 4096, 16_384]), pick.choice([256, 1024, 4096])
    processor = Kimi_K25Processor(
        Kimi_K25ImageProcessor(max_patches=limit),
        make_tokenizer(names, marks),
        Kimi_K25VideoProcessor(max_patches=video_limit),
    )
    rate = pick.choice([0.5, 1, 4])
    taken, arguments = pick.choice(
        [({"fps": rate}, {"fps": rate}), ({}, {}), ({"num_frames": "all"}, {"do_sample_frames": False})]
    )
    return Subject(
        "kimi-k2.5",
        processor,
        {"max_patches": limit, "video_max_patches": video_limit, **taken},
        image="<|media_begin|>image<|media_content|><|media_pad|><|media_end|>",
        video=names["video_token"],
        visual=tuple(names.values()),
        videos=arguments,
        most_frames=300 if taken.get("num_frames") == "all" else 2000,
    )


def video_llama_3(pick):
    (low, high), (video_low, video_high) = bounds(pick, 196), bounds(pick, 784, 500)
    processor = VideoLlama3Processor(
        VideoLlama3ImageProcessor(size=edges(low, high)),
        make_tokenizer({"image_token": "<image>", "video_token": "<video>"}),
        VideoLlama3VideoProcessor(size=edges(video_low, video_high)),
    )
    return Subject(
        "video-llama3-7b",
        processor,
        {
            "min_pixels": low,
            "max_pixels": high,
            "video_min_pixels": video_low,
            "video_max_pixels": video_high,
            "use_token_compression": False,
        },
        image="<image>",
        video="<video>",
        visual=("<image>", "<video>"),
        videos={"use_token_compression": False, "do_sample_frames": False},
        most_pixels=SMALL,
        most_frames=12,
        real=True,
    )


def hunyuan(pick):
    low, high = bounds(pick, 1024)
    names = {"image_token": "<image>", "image_start_token": "<img>", "image_end_token": "</img>"}
    processor = HunYuanVLProcessor(HunYuanVLImageProcessor(size=edges(low, high)), make_tokenizer(names))
    return Subject(
        "hunyuan-ocr",
        processor,
        {"min_pixels": low, "max_pixels": high},
        image="<img><image></img>",
        visual=("<image>",),
    )


def fuyu(pick):
    width, height = 30 * pick.randint(2, 70), 30 * pick.randint(2, 50)
    plain = ["|SPEAKER|", "|NEWLINE|", "<0x00>", "<0x01>", "<0x02>", "<0x03>", "<0x04>", "<s>"]
    processor = FuyuProcessor(
        FuyuImageProcessor(size={"height": height, "width": width}), make_tokenizer(plain=plain)
    )

    def count(subject, media):
        found = processor._process_images([pixels_of(media[0], subject)], return_tensors="pt")[1][0]
        return {"visual": found.count("|SPEAKER|") + found.count("|NEWLINE|")}

    settings = {"size_width": width, "size_height": height}
    return Subject("fuyu-8b", processor, settings, image="", most_images=1, measure=count)


NATIVE = {
    "pixtral": pixtral,
    "gemma4": gemma4,
    "glm4v": glm("glm4v", "glm-4.1v-9b"),
    "glm46v": glm("glm46v", "glm-4.6v"),
    "ernie4_5_vl_moe": ernie,
    "kimi_k25": kimi,
    "video_llama_3": video_llama_3,
    "hunyuan_vl": hunyuan,
    "fuyu": fuyu,
}
