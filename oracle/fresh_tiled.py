"""Subjects of fresh.py that cut a picture into tiles or slices, and the LLaVA models."""

import transformers.models.smolvlm.processing_smolvlm as smolvlm_text
from common import make_tokenizer
from fresh import Subject, pixels_of
from fresh_native import SMALL
from llava import MODELS as LLAVA_MODELS
from llava import make_processor as make_llava
from llava_next import OPTIONS, image_processor, make_llava_next
from llava_onevision import make_processor as make_llava_onevision
from transformers import (
    AyaVisionProcessor,
    Cohere2VisionImageProcessor,
    Cohere2VisionProcessor,
    DeepseekOcr2ImageProcessor,
    DeepseekOcr2Processor,
    Gemma3ImageProcessor,
    Gemma3Processor,
    GotOcr2ImageProcessor,
    Idefics2ImageProcessor,
    Idefics2Processor,
    Idefics3ImageProcessor,
    Idefics3Processor,
    InternVLProcessor,
    InternVLVideoProcessor,
    Lfm2VlImageProcessor,
    Lfm2VlProcessor,
    Llama4ImageProcessor,
    Llama4Processor,
    LlavaNextVideoProcessor,
    LlavaNextVideoVideoProcessor,
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
    VideoLlavaImageProcessor,
    VideoLlavaProcessor,
    VideoLlavaVideoProcessor,
)

# These scale the short side to that of a tile.
WITH_PIXELS = {"real": True, "most_pixels": SMALL // 2, "most_ratio": 8}
LLAVA_TOKENS = {"image_token": "<image>", "video_token": "<video>"}


def square(side):
    return {"height": side, "width": side}


def some_frames(pick):
    """Every frame, or some of them: our settings and the arguments of the call."""
    number = pick.choice([1, 4, 8, 15, 32])
    taken = {"num_frames": number}, {"do_sample_frames": True, "num_frames": number}
    return pick.choice([({}, {}), taken])


# --- LLaVA -------------------------------------------------------------------------------------------------------


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
    # Pictures of one message come as one list, as apply_chat_template passes them.
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


# --- grids of equal tiles ----------------------------------------------------------------------------------------


def internvl(pick):
    least, most = pick.choice([(1, 12), (1, 12), (1, 1), (1, 6), (2, 24), (3, 5), (1, 40)])
    names = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    settings, arguments = some_frames(pick)
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=square(448), min_patches=least, max_patches=most),
        make_tokenizer(names),
        InternVLVideoProcessor(size=square(448)),
    )
    return Subject(
        "internvl3-8b",
        processor,
        {"min_patches": least, "max_patches": most, **settings},
        image="<IMG_CONTEXT>",
        video="<video>",
        visual=("<img>", "</img>", "<IMG_CONTEXT>"),
        videos=arguments,
        most_frames=120,
    )


def aya_vision(pick):
    least, most = pick.choice([(1, 12), (1, 12), (1, 4), (2, 20)])
    marks = ["<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<image>", "TILE_GLOBAL"]
    tags = tuple(f"TILE_{tile}" for tile in range(1, 40))
    processor = AyaVisionProcessor(
        GotOcr2ImageProcessor(size=square(364), min_patches=least, max_patches=most),
        make_tokenizer(plain=[*marks, *tags]),
        patch_size=28,
        img_size=364,
    )
    settings = {"min_patches": least, "max_patches": most}
    return Subject("aya-vision-8b", processor, settings, image="<image>", visual=(*marks, *tags))


def cohere2_vision(pick):
    most = pick.choice([12, 12, 4, 1, 20])
    names = {
        "boi_token": "<|START_OF_IMG|>",
        "eoi_token": "<|END_OF_IMG|>",
        "image_token": "<|IMG_PATCH|>",
        "img_line_break_token": "<|IMG_LINE_BREAK|>",
    }
    processor = Cohere2VisionProcessor(Cohere2VisionImageProcessor(max_patches=most), make_tokenizer(names))
    visual = tuple(names.values())
    return Subject(
        "command-a-vision", processor, {"max_patches": most}, image="<|IMG_PATCH|>", visual=visual
    )


def ovis2(pick):
    least, most = pick.choice([(1, 9), (1, 9), (1, 12), (1, 4), (2, 16)])
    covering = pick.random() < 0.7
    marks = ["<image>", "<IMG_START>", "<IMG_ATOM>", "<IMG_GRID>", "<IMG_COL>", "<IMG_ROW>", "<IMG_END>"]
    images = Ovis2ImageProcessor(
        size=square(448),
        crop_to_patches=True,
        min_patches=least,
        max_patches=most,
        use_covering_area_grid=covering,
    )
    return Subject(
        "ovis2-8b",
        Ovis2Processor(images, make_tokenizer(plain=marks), image_seq_length=256),
        {"min_patches": least, "max_patches": most, "use_covering_area_grid": covering},
        image="<image>",
        visual=tuple(marks),
        call={"return_tensors": "pt"},
    )


def llama4(pick):
    most, enlarge = pick.choice([16, 16, 4, 1, 9]), pick.random() < 0.3
    marks = ["<|image|>", "<|image_start|>", "<|image_end|>", "<|patch|>"]
    marks += ["<|tile_x_separator|>", "<|tile_y_separator|>"]
    images = Llama4ImageProcessor(max_patches=most, resize_to_max_canvas=enlarge)
    return Subject(
        "llama-4-scout-17b-16e",
        Llama4Processor(images, make_tokenizer(plain=marks)),
        {"max_patches": most, "resize_to_max_canvas": enlarge},
        image="<|image|>",
        visual=tuple(marks),
        real=True,
        most_pixels=2_000_000,
        most_images=2,
    )


def mllama(pick):
    most = pick.choice([4, 4, 1, 2, 6, 9])
    images = MllamaImageProcessor(size=square(560), max_image_tiles=most)

    def count(subject, media):
        output = images([[pixels_of(item, subject) for item in media]])
        tiles = sum(int(number) for number in output["num_tiles"][0])
        return {"visual": len(media), "keys": 1601 * tiles}

    return Subject(
        "llama-3.2-11b-vision",
        None,
        {"max_image_tiles": most},
        image="",
        real=True,
        most_pixels=2_000_000,
        measure=count,
    )


def perception_lm(pick):
    most = pick.choice([36, 36, 16, 9, 1])
    processor = PerceptionLMProcessor(
        PerceptionLMVideoProcessor(),
        PerceptionLMImageProcessor(max_num_tiles=most),
        make_tokenizer({"image_token": "<|image|>", "video_token": "<|video|>"}),
        patch_size=14,
        pooling_ratio=2,
    )

    def count(subject, media):
        # As replace_image_token, which wants the pixels as a numpy array only to read their shape.
        total = 0
        for item in media:
            tiles, _, rows, cols = processor.image_processor([pixels_of(item, subject)])["pixel_values"][
                0
            ].shape
            total += rows // 14 // 2 * (cols // 14 // 2) * tiles
        return {"visual": total}

    return Subject("perception-lm-8b", processor, {"max_num_tiles": most}, image="", measure=count)


def deepseek_ocr2(pick):
    least, most = pick.choice([(2, 6), (2, 6), (1, 9), (2, 4)])
    processor = DeepseekOcr2Processor(
        DeepseekOcr2ImageProcessor(), make_tokenizer({"image_token": "<image>"})
    )
    # The processor passes limits of its own over those of the image processor; only those of a call count.
    settings = {"min_patches": least, "max_patches": most}
    return Subject(
        "deepseek-ocr-2", processor, settings, image="<image>", visual=("<image>",), images=settings
    )


# --- slices and crops of their own size --------------------------------------------------------------------------

IDEFICS3_PLAIN = [
    "<image>",
    "<fake_token_around_image>",
    "<global-img>",
    "<end_of_utterance>",
    "<video>",
    "\n\n",
    *(f"<row_{row}_col_{col}>" for row in range(1, 13) for col in range(1, 13)),
]


def idefics3(pick):
    longest, splitting = 364 * pick.choice([4, 4, 2, 5]), pick.random() < 0.8
    edges = {"size": {"longest_edge": longest}, "max_image_size": {"longest_edge": 364}}
    processor = Idefics3Processor(
        Idefics3ImageProcessor(**edges), make_tokenizer(plain=IDEFICS3_PLAIN), image_seq_len=169
    )
    return Subject(
        "idefics3-8b",
        processor,
        {"longest_edge": longest, "do_image_splitting": splitting},
        image="<image>",
        images={"do_image_splitting": splitting},
        nested=True,
    )


def smolvlm(pick):
    checkpoint, tile, longest, tokens = pick.choice(
        [("smolvlm2-500m", 512, 2048, 64), ("smolvlm2-2.2b", 384, 1536, 81)]
    )
    splitting = pick.random() < 0.8
    edges = {"size": {"longest_edge": longest}, "max_image_size": {"longest_edge": tile}}
    rate, number = pick.choice([(1, 64), (1, 64), (2, 16), (0.5, 8)])
    clip = {"longest_edge": tile}
    # Numbers are written in words here, as the counts behind the checkpoints' goldens are in digits.
    smolvlm_text.num2words = number_words
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(**edges),
        make_tokenizer(plain=IDEFICS3_PLAIN),
        SmolVLMVideoProcessor(size=clip, max_image_size=clip, fps=rate, num_frames=number),
        image_seq_len=tokens,
    )
    return Subject(
        checkpoint,
        processor,
        {"do_image_splitting": splitting, "fps": rate, "num_frames": number},
        image="<image>",
        video="<video>",
        images={"do_image_splitting": splitting},
        videos={"do_sample_frames": True, "return_tensors": "pt"},
        nested=True,
        most_frames=2000,
    )


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


def number_words(number):
    """What the num2words package writes, up to 99."""
    if number < 20:
        return ONES[number]
    tens, ones = divmod(number, 10)
    return TENS[tens] + (f"-{ONES[ones]}" if ones else "")


def lfm2_vl(pick):
    tags = [f"<|img_row_{row}_col_{col}|>" for row in range(1, 11) for col in range(1, 11)]
    names = {
        "image_token": "<image>",
        "image_start_token": "<|image_start|>",
        "image_end_token": "<|image_end|>",
        "image_thumbnail_token": "<|img_thumbnail|>",
    }
    least, most = pick.choice([(2, 10), (2, 10), (2, 4), (3, 8)])
    low, high = pick.choice([(64, 256), (64, 256), (32, 128), (64, 512)])
    thumbnail, splitting = pick.random() < 0.7, pick.random() < 0.8
    images = Lfm2VlImageProcessor(
        min_tiles=least,
        max_tiles=most,
        min_image_tokens=low,
        max_image_tokens=high,
        use_thumbnail=thumbnail,
        do_image_splitting=splitting,
    )
    return Subject(
        "lfm2-vl-1.6b",
        Lfm2VlProcessor(images, make_tokenizer(names, tags)),
        {
            "min_tiles": least,
            "max_tiles": most,
            "min_image_tokens": low,
            "max_image_tokens": high,
            "use_thumbnail": thumbnail,
            "do_image_splitting": splitting,
        },
        image="<image>",
        visual=(*names.values(), *tags),
    )


def minicpm(pick):
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
    mode, most, clip_most = pick.choice(["16x", "4x"]), pick.choice([9, 9, 4, 1, 16]), pick.choice([1, 9, 4])
    frames = pick.choice([128, 16])
    processor = MiniCPMV4_6Processor(
        MiniCPMV4_6ImageProcessor(downsample_mode=mode, max_slice_nums=most),
        MiniCPMV4_6VideoProcessor(max_slice_nums=clip_most, max_num_frames=frames, downsample_mode=mode),
        make_tokenizer(names),
    )
    return Subject(
        "minicpm-v-4.6",
        processor,
        {
            "downsample_mode": mode,
            "max_slice_nums": most,
            "video_max_slice_nums": clip_most,
            "max_num_frames": frames,
        },
        image="<|image_pad|>",
        video="<|video_pad|>",
        visual=("<|image_pad|>", "<|video_pad|>"),
    )


def phi4(pick):
    names = {"image_token": "<|endoftext10|>", "audio_token": "<|endoftext11|>"}
    most = pick.choice([36, 36, 16, 4, 1])
    processor = Phi4MultimodalProcessor(
        Phi4MultimodalImageProcessor(dynamic_hd=most), Phi4MultimodalFeatureExtractor(), make_tokenizer(names)
    )
    return Subject(
        "phi-4-multimodal-instruct",
        processor,
        {"dynamic_hd": most},
        image="<|endoftext10|>",
        visual=("<|endoftext10|>",),
        real=True,
        most_pixels=1_000_000,
        most_images=2,
    )


def gemma3(pick):
    names = {
        "image_token": "<image_soft_token>",
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
    }
    processor = Gemma3Processor(
        Gemma3ImageProcessor(size=square(896)), make_tokenizer(names, ["\n\n"]), image_seq_length=256
    )
    settings = {
        "do_pan_and_scan": pick.random() < 0.8,
        "pan_and_scan_min_crop_size": pick.choice([256, 256, 100, 400]),
        "pan_and_scan_max_num_crops": pick.choice([4, 4, 2, 7]),
        "pan_and_scan_min_ratio_to_activate": pick.choice([1.2, 1.2, 1.0, 2.5]),
    }
    return Subject(
        "gemma-3-4b",
        processor,
        settings,
        image="<start_of_image>",
        visual=("<image_soft_token>",),
        images=settings,
        nested=True,
    )


def idefics2(pick):
    splitting = pick.random() < 0.5
    names = {"image_token": "<image>", "image_boundary_token": "<fake_token_around_image>"}
    processor = Idefics2Processor(
        Idefics2ImageProcessor(do_image_splitting=splitting), make_tokenizer(names)
    )
    return Subject(
        "idefics2-8b",
        processor,
        {"do_image_splitting": splitting},
        image="<image>",
        visual=tuple(names.values()),
        # Behind a marker the letter is written with a space.
        apart=2,
        pictures=True,
        nested=True,
        most_pixels=SMALL,
    )


TILED = {
    "llava": llava,
    "llava_next": llava_next,
    "llava_next_video": llava_next_video,
    "llava_onevision": llava_onevision,
    "video_llava": video_llava,
    "internvl": internvl,
    "aya_vision": aya_vision,
    "cohere2_vision": cohere2_vision,
    "ovis2": ovis2,
    "llama4": llama4,
    "mllama": mllama,
    "perception_lm": perception_lm,
    "deepseek_ocr2": deepseek_ocr2,
    "idefics3": idefics3,
    "smolvlm": smolvlm,
    "lfm2_vl": lfm2_vl,
    "minicpmv4_6": minicpm,
    "phi4_multimodal": phi4,
    "gemma3": gemma3,
    "idefics2": idefics2,
}
