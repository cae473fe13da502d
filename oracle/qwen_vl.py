"""Golden counts of Qwen2-VL and Qwen2.5-VL -> qwen2_vl.json, Qwen3-VL and Qwen3.5 -> qwen3_vl.json."""

import random
from clips import (
    CLIPS,
    MARKERS,
    PADS,
    VIDEO_COLUMNS,
    accepted,
    add_frame_choice,
    add_given_frames,
    add_sampled,
    metadata_of,
    random_clips,
)
from common import Golden, blank_image, blank_video, expand, helper_counts, make_tokenizer
from sizes import FEW_SIZES, SIZES, random_sizes
from transformers import (
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)


def limits(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


def image_measure(processor):
    def measure(width, height, device):
        return [
            expand(processor, "<|image_pad|>", images=[blank_image(width, height, device)]).count(
                "<|image_pad|>"
            )
        ]

    return measure


def add_images(golden, name, processor, facts, sizes, helper_sizes):
    rows = golden.images(name, image_measure(processor), sizes=sizes, **facts)
    golden.helper(f"{name}, helper", helper_counts(processor), rows, sizes=accepted(helper_sizes), **facts)


def add_several_images(golden, processor, facts):
    generator = random.Random(13)
    rows = []
    for count in (2, 3, 5):
        sizes = generator.sample(FEW_SIZES, count)
        images = [blank_image(width, height) for width, height in sizes]
        tokens = [image_measure(processor)(width, height, "meta")[0] for width, height in sizes]
        assert expand(processor, "<|image_pad|>" * count, images=images).count("<|image_pad|>") == sum(tokens)
        rows.append([[list(size) for size in sizes], tokens])
    golden.add(
        "several images", source="processor", kind="images", columns=["sizes", "tokens"], rows=rows, **facts
    )


def write_qwen2_vl():
    golden = Golden("qwen2_vl")
    grids = {"patch_size": 14, "merge_size": 2, "temporal_patch_size": 2}

    def build(image_size, video_size=None, processor_class=Qwen2VLProcessor, **video_options):
        video_options = {**video_options, **({"size": video_size} if video_size else {})}
        return processor_class(
            Qwen2VLImageProcessor(size=image_size),
            make_tokenizer(PADS),
            Qwen2VLVideoProcessor(**video_options),
        )

    cases = [
        ("checkpoint", "qwen2-vl-7b", limits(3136, 12845056), SIZES, 2500),
        ("class default", "Qwen2VLImageProcessor defaults", limits(3136, 1003520), SIZES, 1000),
        ("256 to 1280 tokens", "qwen2.5-vl-7b", limits(256 * 784, 1280 * 784), FEW_SIZES, 400),
        ("minimum 200704", "qwen2.5-vl-7b", limits(200704, 12845056), FEW_SIZES, 300),
        ("maximum 3240000", "llava-onevision-1.5-8b", limits(3136, 3240000), FEW_SIZES, 300),
        ("minimum 4 to 16384 tokens", "llava-onevision-1.5-8b", limits(4 * 784, 16384 * 784), FEW_SIZES, 300),
        ("maximum below a cell row", "qwen2-vl-7b", limits(3136, 50176), FEW_SIZES, 300),
    ]
    for name, checkpoint, size, sizes, helped in cases:
        facts = {"checkpoint": checkpoint, "constants": {**grids, "size": size}}
        add_images(golden, name, build(size), facts, sizes, random_sizes(helped, f"qwen2 {name}"))
    facts = {"checkpoint": "qwen2.5-vl-7b", "constants": {**grids, "size": limits(3136, 12845056)}}
    add_images(
        golden,
        "Qwen2_5_VLProcessor",
        build(limits(3136, 12845056), None, Qwen2_5_VLProcessor),
        facts,
        FEW_SIZES,
        [(640, 480)],
    )
    add_several_images(golden, build(limits(3136, 12845056)), facts)

    default = limits(128 * 784, 768 * 784)
    facts = {
        "checkpoint": "qwen2-vl-7b",
        "constants": {**grids, "size": default, "min_frames": 4, "max_frames": 768},
    }
    plain = build(limits(3136, 12845056), default)
    clips = CLIPS + random_clips(120, "qwen2")
    add_given_frames(golden, "video, frames as given", plain, facts, clips)
    add_given_frames(
        golden,
        "video, cap_pixels_per_frame",
        plain,
        facts,
        clips[:80],
        {"cap_pixels_per_frame": True},
        cap_pixels_per_frame=True,
    )
    wide = {**facts, "constants": {**facts["constants"], "size": limits(3136, 12845056)}}
    add_given_frames(
        golden,
        "video with the image limits of preprocessor_config.json",
        build(limits(3136, 12845056), limits(3136, 12845056)),
        wide,
        clips[:60],
    )
    sampled = [
        (640, 480, 100, 25, 2),
        (320, 240, 902, 29.97, 1),
        (640, 360, 300, 30, 2),
        (320, 240, 7, 30, 2),
        (320, 240, 10, 1, 4),
        (200, 300, 64, 12.5, 3),
        (320, 240, 4, 30, 30),
        (176, 144, 3000, 24, 2),
    ]
    add_sampled(golden, "video, fps", plain, facts, sampled, "fps")
    sampled = [
        (640, 480, 100, 25, 8),
        (320, 240, 64, 30, 32),
        (320, 240, 33, 10, 7),
        (320, 240, 33, 10, 5),
        (320, 240, 33, 10, 3),
        (320, 240, 12, 24, 12),
    ]
    add_sampled(golden, "video, num_frames", plain, facts, sampled, "num_frames")
    add_frame_choice(golden, plain.video_processor, facts, "fps", [0.5, 1, 2, 3, 4, 8, 24])
    add_frame_choice(
        golden, plain.video_processor, facts, "num_frames", [2, 3, 4, 5, 8, 16, 17, 32, 64, 100], 150
    )
    golden.write()


def write_qwen3_vl():
    golden = Golden("qwen3_vl")
    grids = {"patch_size": 16, "merge_size": 2, "temporal_patch_size": 2}

    def build(image_size, video_size):
        tokenizer = make_tokenizer({**PADS, "vision_start_token": MARKERS[0], "vision_end_token": MARKERS[1]})
        return Qwen3VLProcessor(
            Qwen2VLImageProcessor(size=image_size, patch_size=16, merge_size=2, temporal_patch_size=2),
            tokenizer,
            Qwen3VLVideoProcessor(size=video_size),
        )

    checkpoint_video = limits(4096, 25165824)
    for name, size, sizes, helped in [
        ("checkpoint", limits(65536, 16777216), SIZES, 2500),
        ("maximum 2621440", limits(4 * 1024, 2560 * 1024), FEW_SIZES, 300),
        ("256 to 1280 tokens", limits(256 * 1024, 1280 * 1024), FEW_SIZES, 300),
    ]:
        facts = {"checkpoint": "qwen3-vl-8b", "constants": {**grids, "size": size}}
        processor = build(size, checkpoint_video)
        add_images(golden, name, processor, facts, sizes, random_sizes(helped, f"qwen3 {name}"))
    add_several_images(golden, processor, facts)

    frames = {"fps": 2, "min_frames": 4, "max_frames": 768}
    facts = {"checkpoint": "qwen3-vl-8b", "constants": {**grids, "size": checkpoint_video, **frames}}
    processor = build(limits(65536, 16777216), checkpoint_video)
    clips = CLIPS + random_clips(150, "qwen3")
    add_given_frames(golden, "video, frames as given", processor, facts, clips, do_sample_frames=False)
    add_given_frames(
        golden,
        "video, frames as given, cap_pixels_per_frame",
        processor,
        facts,
        clips[:90],
        {"cap_pixels_per_frame": True},
        do_sample_frames=False,
        cap_pixels_per_frame=True,
    )
    default_size = limits(128 * 1024, 768 * 1024)
    default = {
        "checkpoint": "Qwen3VLVideoProcessor defaults",
        "constants": {**facts["constants"], "size": default_size},
    }
    add_given_frames(
        golden,
        "video, class default, frames as given",
        build(limits(65536, 16777216), default_size),
        default,
        clips[:60],
        do_sample_frames=False,
    )
    sampled = [
        (640, 480, 100, 25, None),
        (320, 240, 901, 29.97, None),
        (1280, 720, 300, 30, None),
        (320, 240, 7, 30, None),
        (320, 240, 3, 30, None),
        (640, 360, 61, 12.5, None),
        (176, 144, 3000, 24, None),
        (640, 480, 100, 25, 4),
        (640, 480, 250, 25, 0.5),
        (320, 240, 2, 24, None),
        (640, 480, 600, 24000 / 1001, 1),
    ]
    add_sampled(golden, "video, default sampling and fps", processor, facts, sampled, "fps", text=True)
    # fps is None on purpose: with num_frames the class default of fps must be switched off.
    rows = []
    for width, height, total, fps, asked in [
        (640, 480, 100, 25, 8),
        (320, 240, 64, 30, 32),
        (320, 240, 33, 10, 7),
        (224, 168, 1, 5, 4),
    ]:
        inputs = {
            "video_metadata": [metadata_of(total, fps)],
            "do_sample_frames": True,
            "num_frames": asked,
            "fps": None,
        }
        expansion = expand(processor, "<|video_pad|>", videos=[blank_video(width, height, total)], **inputs)
        rows.append([width, height, total, fps, expansion.count("<|video_pad|>"), asked, expansion.text])
    golden.add(
        "video, num_frames",
        source="processor",
        kind="video",
        columns=[*VIDEO_COLUMNS, "num_frames", "text"],
        rows=rows,
        settings={"do_sample_frames": True, "fps": None},
        **facts,
    )
    rows = []
    for width, height, total in [(640, 480, 8), (320, 240, 5), (320, 240, 48)]:
        expansion = expand(processor, "<|video_pad|>", videos=[blank_video(width, height, total)])
        rows.append([width, height, total, None, expansion.count("<|video_pad|>"), expansion.text])
    golden.add(
        "video, nothing set and no metadata",
        source="processor",
        kind="video",
        columns=[*VIDEO_COLUMNS, "text"],
        rows=rows,
        **facts,
    )
    add_frame_choice(golden, processor.video_processor, facts, "fps", [0.5, 1, 2, 3, 4, 8, 24])
    golden.write()


if __name__ == "__main__":
    write_qwen2_vl()
    write_qwen3_vl()
