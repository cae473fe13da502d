"""Subjects of fresh.py that cut an image into slices or crops of their own size."""

import transformers.models.smolvlm.processing_smolvlm as smolvlm_text
from common import make_tokenizer
from fresh_draws import SMALL, square
from fresh_subject import Subject
from transformers import (
    Gemma3ImageProcessor,
    Gemma3Processor,
    Idefics2ImageProcessor,
    Idefics2Processor,
    Idefics3ImageProcessor,
    Idefics3Processor,
    Lfm2VlImageProcessor,
    Lfm2VlProcessor,
    MiniCPMV4_6ImageProcessor,
    MiniCPMV4_6Processor,
    MiniCPMV4_6VideoProcessor,
    Phi4MultimodalFeatureExtractor,
    Phi4MultimodalImageProcessor,
    Phi4MultimodalProcessor,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

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


UNITS = "zero one two three four five six seven eight nine"
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
ONES = [*UNITS.split(" "), *TEENS.split(" ")]
TENS = [None, None, "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


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
        # From the eleventh on, an image's number has two digits.
        most_images=14,
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
    processor = Idefics2Processor(Idefics2ImageProcessor(do_image_splitting=splitting), make_tokenizer(names))
    return Subject(
        "idefics2-8b",
        processor,
        {"do_image_splitting": splitting},
        image="<image>",
        visual=tuple(names.values()),
        # Behind a marker the letter is written with a space.
        apart=2,
        images=True,
        nested=True,
        most_pixels=SMALL,
    )


SLICED = {
    "idefics3": idefics3,
    "smolvlm": smolvlm,
    "lfm2_vl": lfm2_vl,
    "minicpmv4_6": minicpm,
    "phi4_multimodal": phi4,
    "gemma3": gemma3,
    "idefics2": idefics2,
}
