"""Subjects of fresh.py that keep a picture's own shape, and those whose pictures always cost the same."""

from clips import MARKERS, PADS
from common import blank_image, make_tokenizer
from fresh import Subject, pixels_of
from grids import ERNIE_NAMES, GLM_CLASSES
from transformers import (
    Blip2Processor,
    BlipImageProcessor,
    CLIPImageProcessor,
    DeepseekVLImageProcessor,
    DeepseekVLProcessor,
    Ernie4_5_VLMoeImageProcessor,
    Ernie4_5_VLMoeProcessor,
    Ernie4_5_VLMoeVideoProcessor,
    FuyuImageProcessor,
    FuyuProcessor,
    Gemma3nAudioFeatureExtractor,
    Gemma3nProcessor,
    Gemma4AudioFeatureExtractor,
    Gemma4ImageProcessor,
    Gemma4Processor,
    Gemma4VideoProcessor,
    HunYuanVLImageProcessor,
    HunYuanVLProcessor,
    InstructBlipProcessor,
    InstructBlipVideoProcessor,
    InstructBlipVideoVideoProcessor,
    JanusImageProcessor,
    JanusProcessor,
    Kimi_K25ImageProcessor,
    Kimi_K25Processor,
    Kimi_K25VideoProcessor,
    Kosmos2Processor,
    PaliGemmaProcessor,
    PixtralImageProcessor,
    PixtralProcessor,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
    SiglipImageProcessor,
    VideoLlama3ImageProcessor,
    VideoLlama3Processor,
    VideoLlama3VideoProcessor,
)

SMALL = 400_000
"""Pixels of a picture that must exist."""


def edges(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


def bounds(pick, cell, most=16_384, least=(1, 4, 64, 256)):
    """Pixel limits in tokens of `cell` px, not always whole ones."""
    low = pick.choice(least) * cell + pick.choice([0, 0, 1, 77])
    return low, max(low, int(most ** pick.uniform(0.5, 1)) * cell + pick.choice([0, 0, -1, 99]))


def sampling(pick, rates=(0.5, 1, 2, 3, 7.5), numbers=(4, 8, 16, 32, 33), default=None):
    """Settings and arguments of one way to take frames. `default` stands for the processor's own way."""
    kind = pick.choice(["default", "all", "rate", "number"])
    if kind == "default" and default is not None:
        return default
    if kind in ("default", "all"):
        return {"num_frames": "all"}, {"do_sample_frames": False}
    if kind == "rate" and rates:
        rate = pick.choice(rates)
        return {"fps": rate}, {"do_sample_frames": True, "fps": rate}
    number = pick.choice(numbers)
    return {"num_frames": number}, {"do_sample_frames": True, "num_frames": number}


# --- Qwen --------------------------------------------------------------------------------------------------------


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


# --- others that keep the shape ----------------------------------------------------------------------------------


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
        taken, arguments = pick.choice(
            [(by_rate, {}), ({"num_frames": "all"}, {"do_sample_frames": False})]
        )
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
    wrapped = lambda kind: "".join(ERNIE_NAMES[f"{kind}_{part}"] for part in ("start_token", "token", "end_token"))  # noqa: E731, E501
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


# --- a fixed number of tokens ------------------------------------------------------------------------------------


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
    processor = Gemma3nProcessor(
        Gemma3nAudioFeatureExtractor(), images, make_tokenizer(names, ["\n\n"])
    )
    return fixed("gemma-3n-e4b", processor, "<image_soft_token>", ("<image_soft_token>",))


def paligemma(pick):
    side = pick.choice([224, 448, 896])
    images = SiglipImageProcessor(size={"height": side, "width": side})
    images.image_seq_length = (side // 14) ** 2
    processor = PaliGemmaProcessor(images, make_tokenizer({"image_token": "<image>"}))
    visual = ("<image>",)
    # Several pictures would share one `<bos>` and one newline.
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


NATIVE = {
    "qwen2_vl": qwen2("qwen2-vl-7b", Qwen2VLProcessor),
    "qwen2_5_vl": qwen2("qwen2.5-vl-7b", Qwen2_5_VLProcessor),
    "qwen3_vl": qwen3,
    "llava_onevision1_5": llava_onevision_1_5,
    "pixtral": pixtral,
    "gemma4": gemma4,
    "glm4v": glm("glm4v", "glm-4.1v-9b"),
    "glm46v": glm("glm46v", "glm-4.6v"),
    "ernie4_5_vl_moe": ernie,
    "kimi_k25": kimi,
    "video_llama_3": video_llama_3,
    "hunyuan_vl": hunyuan,
    "fuyu": fuyu,
    "gemma3n": gemma3n(),
    "paligemma": paligemma,
    "deepseek_vl": deepseek_vl(),
    "janus": janus(),
    "kosmos2": kosmos2(),
    "blip_2": make_blip2(),
    "instructblip": make_instructblip(),
    "instructblipvideo": instructblip_video(),
}
