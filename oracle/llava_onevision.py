"""Golden counts of LLaVA-OneVision (transformers LlavaOnevisionProcessor) -> llava_onevision.json."""

import random
from common import Golden, blank_image, blank_video, expand, helper_counts, make_tokenizer
from sizes import FEW_SIZES, SIZES, random_sizes
from transformers import LlavaOnevisionImageProcessor, LlavaOnevisionProcessor, LlavaOnevisionVideoProcessor

PINPOINTS = [[rows * 384, cols * 384] for rows in range(1, 7) for cols in range(1, 7)]
CONSTANTS = {
    "size": {"height": 384, "width": 384},
    "num_image_tokens": 729,
    "vision_feature_select_strategy": "full",
    "image_grid_pinpoints": PINPOINTS,
}
CHECKPOINT = "llava-onevision-qwen2-7b-ov"


def make_processor(vision_aspect_ratio="anyres_max_9"):
    return LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessor(size={"height": 384, "width": 384}, image_grid_pinpoints=PINPOINTS),
        make_tokenizer({"image_token": "<image>", "video_token": "<video>"}),
        LlavaOnevisionVideoProcessor(size={"height": 384, "width": 384}),
        num_image_tokens=729,
        vision_feature_select_strategy="full",
        vision_aspect_ratio=vision_aspect_ratio,
    )


def single_measure(processor):
    def measure(width, height, device):
        return [expand(processor, "<image>", images=[blank_image(width, height, device)]).count("<image>")]

    return measure


def add_aspect_ratio(golden, cap, sizes, helper_sizes):
    """One image under `anyres_max_<cap>`."""
    name = f"anyres_max_{cap}"
    processor = make_processor(name)
    facts = {"checkpoint": CHECKPOINT, "constants": CONSTANTS, "settings": {"vision_aspect_ratio": name}}
    rows = golden.images(name, single_measure(processor), sizes=sizes, **facts)
    golden.helper(f"{name}, helper", helper_counts(processor), rows, sizes=helper_sizes, **facts)


def add_several_images(golden):
    """Images of one message, as a nested list (what apply_chat_template passes) and as a flat list."""
    processor = make_processor()
    generator = random.Random(11)
    nested, flat = [], []
    for count in (2, 2, 3, 4, 5, 8, 12):
        sizes = generator.sample(FEW_SIZES, count)
        images = [blank_image(width, height) for width, height in sizes]
        total = expand(processor, "<image>" * count, images=[images]).count("<image>")
        assert total % count == 0
        nested.append([[list(size) for size in sizes], [total // count] * count])
        if count <= 3:
            tokens = [single_measure(processor)(width, height, "meta")[0] for width, height in sizes]
            assert expand(processor, "<image>" * count, images=images).count("<image>") == sum(tokens)
            flat.append([[list(size) for size in sizes], tokens])
    facts = {"checkpoint": CHECKPOINT, "constants": CONSTANTS, "source": "processor", "kind": "images"}
    columns = ["sizes", "tokens"]
    golden.add(
        "several images of one message", columns=columns, rows=nested, **facts, settings={"images": "nested"}
    )
    golden.add(
        "several images in a flat list: each as if alone",
        columns=columns,
        rows=flat,
        **facts,
        settings={"images": "flat"},
    )


def add_video(golden):
    processor = make_processor()
    facts = {"checkpoint": CHECKPOINT, "constants": CONSTANTS, "source": "processor", "kind": "video"}
    columns = ["width", "height", "frames", "fps", "tokens"]
    rows = []
    for width, height in [(384, 384), (640, 360), (1080, 1920), (64, 48)]:
        for frames in (1, 2, 3, 7, 8, 16, 32, 33, 100):
            tokens = expand(processor, "<video>", videos=[blank_video(width, height, frames)]).count(
                "<video>"
            )
            rows.append([width, height, frames, None, tokens])
    golden.add("video, every frame given is kept", columns=columns, rows=rows, **facts)
    for key, cases in {
        "num_frames": [(100, 25, 8), (64, 30, 32), (524, 30, 32), (33, 10, 7), (8, 24, 8), (901, 29.97, 16)],
        "fps": [(100, 25, 1), (250, 25, 2), (901, 29.97, 1), (64, 30, 0.5), (300, 12.5, 3)],
    }.items():
        rows = []
        for frames, fps, asked in cases:
            metadata = {"total_num_frames": frames, "fps": fps, "duration": frames / fps}
            output = processor.video_processor(
                [blank_video(96, 64, frames)],
                video_metadata=[metadata],
                do_sample_frames=True,
                return_metadata=True,
                **{key: asked},
            )
            indices = [int(index) for index in output["video_metadata"][0].frames_indices]
            rows.append(
                [
                    96,
                    64,
                    frames,
                    fps,
                    processor.replace_video_token(output, 0).count("<video>"),
                    indices,
                    asked,
                ]
            )
        golden.add(
            f"video, do_sample_frames with {key}",
            columns=[*columns, "indices", key],
            rows=rows,
            settings={"do_sample_frames": True},
            **facts,
        )


def main():
    golden = Golden("llava_onevision")
    helper_sizes = random_sizes(2500, "onevision") + random_sizes(1000, "onevision near", 350, 2400)
    add_aspect_ratio(golden, 9, SIZES, helper_sizes)
    for cap in (1, 2, 4, 6, 16, 36):
        sizes = FEW_SIZES + random_sizes(25, f"onevision {cap}", 200, 3000)
        add_aspect_ratio(golden, cap, sizes, random_sizes(300, f"onevision helper {cap}"))
    add_several_images(golden)
    add_video(golden)
    golden.write()


if __name__ == "__main__":
    main()
