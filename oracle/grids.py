"""Golden counts of families that keep the image's own shape and cut it into patches.

Writes pixtral.json (Pixtral and Mistral 3), gemma4.json, glm4v.json, glm46v.json, ernie4_5_vl.json, kimi_k25.json,
video_llama_3.json, hunyuan_vl.json and fuyu.json. Column `tokens` counts the placeholders that image features
replace, `total` every token that took the single placeholder's place, markers included.
"""

from common import Golden, blank_image, blank_video, expand, helper_counts, make_tokenizer, measure_prompt
from sizes import SIZES, random_sizes
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
    Glm4vImageProcessor,
    Glm4vProcessor,
    Glm4vVideoProcessor,
    Glm46VImageProcessor,
    Glm46VProcessor,
    Glm46VVideoProcessor,
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
from transformers.video_utils import VideoMetadata

VIDEO_COLUMNS = ["width", "height", "frames", "fps", "tokens"]
CLIPS = [
    (640, 480, 16), (480, 640, 8), (1920, 1080, 6), (320, 240, 1), (320, 240, 2), (320, 240, 3),
    (100, 900, 6), (30, 20, 7), (224, 224, 33), (1280, 720, 40), (854, 480, 64), (640, 480, 200),
]  # fmt: skip
WHOLE = [
    (64, 48, 100, 25), (64, 48, 30, 30), (320, 240, 61, 12.5), (64, 48, 901, 29.97), (64, 48, 7, 30),
    (64, 48, 3000, 24), (64, 48, 10000, 25), (640, 480, 250, 24000 / 1001), (64, 48, 20, 1),
]  # fmt: skip


def add_images(
    golden, name, processor, prompt, token, facts, *, helper="tokens", helper_sizes=1200, sizes=SIZES
):
    rows = golden.images(
        name, measure_prompt(processor, prompt, token), columns=("tokens", "total"), sizes=sizes, **facts
    )
    if helper:
        # Slivers stay out: some are refused, and at a height of 1 px Pixtral's helper miscounts.
        rows = [row for row in rows if min(row[:2]) >= 16]
        wanted = [
            (w, h)
            for w, h in random_sizes(helper_sizes, f"{golden.family} {name}")
            if max(w, h) < 60 * min(w, h)
        ]
        golden.helper(
            f"{name}, helper counts {helper}",
            helper_counts(processor),
            rows,
            sizes=wanted,
            column={"tokens": 2, "total": 3}[helper],
            **facts,
        )


def metadata_of(frames, fps):
    return {
        "total_num_frames": frames,
        "fps": fps,
        "duration": frames / fps,
        "frames_indices": list(range(frames)),
    }


def add_videos(golden, processor, prompt, token, facts, *, whole=True, clips=CLIPS, device="meta", **inputs):
    """Frames given as they are at 2 per second, then whole clips that the processor samples by its own defaults."""
    rows, refused = [], []
    for width, height, frames in clips:
        options = {"video_metadata": [metadata_of(frames, 2)], "do_sample_frames": False, **inputs}
        try:
            expansion = expand(
                processor, prompt, videos=[blank_video(width, height, frames, device)], **options
            )
        except (ValueError, RuntimeError) as error:
            assert "meta" not in str(error), error
            refused.append([width, height, frames, 2])
            continue
        text = expansion.text if frames < 9 else None
        rows.append([width, height, frames, 2, expansion.count(token), text])
    golden.add(
        "video, frames as given",
        source="processor",
        kind="video",
        columns=[*VIDEO_COLUMNS, "text"],
        rows=rows,
        refused=refused,
        settings={"do_sample_frames": False},
        **facts,
    )
    if not whole:
        return
    rows, refused = [], []
    for width, height, frames, fps in WHOLE:
        metadata = VideoMetadata(**metadata_of(frames, fps))
        try:
            indices = [int(index) for index in processor.video_processor.sample_frames(metadata)]
            options = {"video_metadata": [metadata_of(frames, fps)], **inputs}
            expansion = expand(processor, prompt, videos=[blank_video(width, height, frames)], **options)
        except (ValueError, IndexError) as error:
            assert "meta" not in str(error), error
            refused.append([width, height, frames, fps])
            continue
        if max(indices) >= frames:
            # The meta device does not notice an index past the end; real frames raise an IndexError.
            refused.append([width, height, frames, fps])
            continue
        text = expansion.text if len(indices) < 9 else None
        rows.append([width, height, frames, fps, expansion.count(token), indices, text])
    golden.add(
        "video, sampled by default",
        source="processor",
        kind="video",
        columns=[*VIDEO_COLUMNS, "indices", "text"],
        rows=rows,
        refused=refused,
        **facts,
    )


def limits(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


def write_pixtral():
    golden = Golden("pixtral")
    for checkpoint, longest, patch, merge in [
        ("pixtral-12b", 1024, 16, 1),
        ("mistral-small-3.1-24b", 1540, 14, 2),
    ]:
        processor = PixtralProcessor(
            PixtralImageProcessor(size={"longest_edge": longest}, patch_size=patch),
            make_tokenizer(plain=["[IMG]", "[IMG_BREAK]", "[IMG_END]"]),
            patch_size=patch,
            spatial_merge_size=merge,
        )
        constants = {"longest_edge": longest, "patch_size": patch, "spatial_merge_size": merge}
        add_images(
            golden,
            checkpoint,
            processor,
            "[IMG]",
            "[IMG]",
            {"checkpoint": checkpoint, "constants": constants},
            helper="total",
        )
    golden.write()


def write_gemma4():
    names = {
        "image_token": "<|image|>",
        "boi_token": "<|image>",
        "eoi_token": "<image|>",
        "audio_token": "<|audio|>",
        "boa_token": "<|audio>",
        "eoa_token": "<audio|>",
    }
    golden = Golden("gemma4")
    for budget in (280, 70, 140, 560, 1120):
        processor = Gemma4Processor(
            Gemma4AudioFeatureExtractor(),
            Gemma4ImageProcessor(max_soft_tokens=budget),
            make_tokenizer(names),
            Gemma4VideoProcessor(),
            image_seq_length=budget,
        )
        constants = {"max_soft_tokens": budget, "patch_size": 16, "pooling_kernel_size": 3}
        facts = {"checkpoint": "gemma-4-31b", "constants": constants}
        add_images(
            golden,
            f"max_soft_tokens {budget}",
            processor,
            "<|image|>",
            "<|image|>",
            facts,
            helper_sizes=1200 if budget == 280 else 300,
            sizes=SIZES if budget == 280 else SIZES[:150],
        )
    constants = {"max_soft_tokens": 70, "num_frames": 32, "patch_size": 16, "pooling_kernel_size": 3}
    add_videos(
        golden, processor, "<|video|>", "<|video|>", {"checkpoint": "gemma-4-31b", "constants": constants}
    )
    golden.write()


GLM_CLASSES = {
    "glm4v": (Glm4vProcessor, Glm4vImageProcessor, Glm4vVideoProcessor),
    "glm46v": (Glm46VProcessor, Glm46VImageProcessor, Glm46VVideoProcessor),
}


def make_glm(family):
    marks = ["<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>"]
    names = {"image_token": "<|image|>", "video_token": "<|video|>"}
    processor_class, image_class, video_class = GLM_CLASSES[family]
    return processor_class(image_class(), make_tokenizer(names, marks), video_class())


def write_glm():
    for family, checkpoint in [("glm4v", "glm-4.1v-9b"), ("glm46v", "glm-4.6v")]:
        processor = make_glm(family)
        golden = Golden(family)
        grids = {"patch_size": 14, "merge_size": 2, "temporal_patch_size": 2}
        facts = {"checkpoint": checkpoint, "constants": {**grids, "size": limits(12544, 28 * 28 * 15000)}}
        add_images(golden, "one image", processor, "<|image|>", "<|image|>", facts)
        facts = {"checkpoint": checkpoint, "constants": {**grids, "size": limits(12544, 28 * 28 * 2 * 30000)}}
        # A video becomes image placeholders, one run per pair of frames.
        add_videos(golden, processor, "<|video|>", "<|image|>", facts)
        golden.write()


ERNIE_NAMES = {
    "image_token": "<|IMAGE_PLACEHOLDER|>",
    "image_start_token": "<|IMAGE_START|>",
    "image_end_token": "<|IMAGE_END|>",
    "video_token": "<|VIDEO_PLACEHOLDER|>",
    "video_start_token": "<|VIDEO_START|>",
    "video_end_token": "<|VIDEO_END|>",
}


def make_ernie():
    # Timestamps are drawn into the frames with a font that comes with the checkpoint; it changes no count.
    return Ernie4_5_VLMoeProcessor(
        Ernie4_5_VLMoeImageProcessor(),
        make_tokenizer(ERNIE_NAMES),
        Ernie4_5_VLMoeVideoProcessor(draw_on_frames=False),
    )


def write_ernie():
    names, processor = ERNIE_NAMES, make_ernie()
    golden = Golden("ernie4_5_vl")
    facts = {
        "checkpoint": "ernie-4.5-vl-28b-a3b",
        "constants": {"patch_size": 14, "merge_size": 2, "size": limits(3136, 28 * 28 * 6177)},
    }
    add_images(golden, "one image", processor, names["image_token"], names["image_token"], facts)
    video = {
        "patch_size": 14,
        "merge_size": 2,
        "temporal_patch_size": 2,
        "size": limits(299 * 784, 1196 * 784),
        "min_frames": 16,
        "max_frames": 180,
    }
    add_videos(
        golden,
        processor,
        names["video_token"],
        names["video_token"],
        {"checkpoint": "ernie-4.5-vl-28b-a3b", "constants": video},
    )
    golden.write()


def write_kimi():
    marks = ["<|media_begin|>", "<|media_content|>", "<|media_end|>"]
    names = {"image_token": "<|media_pad|>", "video_token": "<|kimi_k25_video_placeholder|>"}
    processor = Kimi_K25Processor(
        Kimi_K25ImageProcessor(), make_tokenizer(names, marks), Kimi_K25VideoProcessor()
    )
    golden = Golden("kimi_k25")
    grids = {"patch_size": 14, "merge_size": 2, "max_height": 512, "max_width": 512}
    facts = {"checkpoint": "kimi-k2.5", "constants": {**grids, "max_patches": 16384}}
    add_images(golden, "one image", processor, "<|media_pad|>", "<|media_pad|>", facts)
    video = {
        "checkpoint": "kimi-k2.5",
        "constants": {**grids, "max_patches": 4096, "temporal_patch_size": 4, "fps": 2},
    }
    add_videos(golden, processor, names["video_token"], names["video_token"], video)
    golden.write()


def write_video_llama_3():
    names = {"image_token": "<image>", "video_token": "<video>"}
    processor = VideoLlama3Processor(
        VideoLlama3ImageProcessor(), make_tokenizer(names), VideoLlama3VideoProcessor()
    )
    golden = Golden("video_llama_3")
    facts = {
        "checkpoint": "video-llama3-7b",
        "constants": {"patch_size": 14, "merge_size": 1, "size": limits(3136, 28 * 28 * 1280)},
    }
    add_images(golden, "one image", processor, "<image>", "<image>", facts)
    video = {
        "patch_size": 14,
        "merge_size": 2,
        "min_frames": 4,
        "max_frames": 180,
        "use_token_compression": False,
        "size": limits(128 * 784, 768 * 784),
    }
    add_videos(
        golden,
        processor,
        "<video>",
        "<video>",
        {"checkpoint": "video-llama3-7b", "constants": video},
        whole=False,
        clips=CLIPS[3:9],
        device="cpu",
        use_token_compression=False,
    )
    golden.write()


def make_hunyuan():
    names = {"image_token": "<image>", "image_start_token": "<img>", "image_end_token": "</img>"}
    return HunYuanVLProcessor(HunYuanVLImageProcessor(), make_tokenizer(names))


def write_hunyuan():
    processor = make_hunyuan()
    golden = Golden("hunyuan_vl")
    facts = {
        "checkpoint": "HunYuanVLProcessor defaults",
        "constants": {"patch_size": 16, "merge_size": 2, "size": limits(512 * 512, 2048 * 2048)},
    }
    # The prompt must hold the start and end markers already; they are counted in `total`.
    add_images(golden, "one image", processor, "<img><image></img>", "<image>", facts)
    golden.write()


def write_fuyu():
    tokenizer = make_tokenizer(
        plain=["|SPEAKER|", "|NEWLINE|", "<0x00>", "<0x01>", "<0x02>", "<0x03>", "<0x04>", "<s>"]
    )
    processor = FuyuProcessor(FuyuImageProcessor(), tokenizer)
    golden = Golden("fuyu")

    def measure(width, height, device):
        images = [blank_image(width, height, device)]
        _, replacements = processor._process_images(images, return_tensors="pt")
        return [
            replacements[0].count("|SPEAKER|"),
            replacements[0].count("|SPEAKER|") + replacements[0].count("|NEWLINE|"),
        ]

    constants = {"size": {"height": 1080, "width": 1920}, "patch_size": 30}
    facts = {"checkpoint": "fuyu-8b", "constants": constants}
    rows = golden.images(
        "one image, the <s> after it not counted", measure, columns=("tokens", "total"), **facts
    )
    golden.helper(
        "helper counts total",
        helper_counts(processor),
        rows,
        sizes=random_sizes(50, "fuyu"),
        column=3,
        **facts,
    )
    golden.write()


def main():
    write_pixtral()
    write_gemma4()
    write_glm()
    write_ernie()
    write_kimi()
    write_video_llama_3()
    write_hunyuan()
    write_fuyu()


if __name__ == "__main__":
    main()
