"""Golden counts of LLaVA-NeXT (v1.6) -> llava_next.json and LLaVA-NeXT-Video -> llava_next_video.json."""

import random
from common import Golden, blank_image, blank_video, expand, helper_counts, make_tokenizer
from sizes import FEW_SIZES, SIZES, ordinary, random_sizes
from transformers import (
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    LlavaNextVideoProcessor,
    LlavaNextVideoVideoProcessor,
)

PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
CONSTANTS = {
    "crop_size": 336,
    "patch_size": 14,
    "num_additional_image_tokens": 1,
    "vision_feature_select_strategy": "default",
    "image_grid_pinpoints": PINPOINTS,
}
OPTIONS = {"patch_size": 14, "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1}


def image_processor():
    return LlavaNextImageProcessor(
        size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}, image_grid_pinpoints=PINPOINTS
    )


def make_llava_next():
    return LlavaNextProcessor(image_processor(), make_tokenizer({"image_token": "<image>"}), **OPTIONS)


def write_llava_next():
    processor = make_llava_next()
    golden = Golden("llava_next")
    facts = {"checkpoint": "llava-v1.6-mistral-7b", "constants": CONSTANTS}

    def measure(width, height, device):
        return [expand(processor, "<image>", images=[blank_image(width, height, device)]).count("<image>")]

    rows = golden.images("one image", measure, **facts)
    sizes = random_sizes(2500, "llava_next") + random_sizes(500, "llava_next near", 300, 1100)
    golden.helper("one image, helper", helper_counts(processor), rows, sizes=sizes, **facts)
    golden.add(
        "several images",
        source="processor",
        kind="images",
        columns=["sizes", "tokens"],
        rows=several_images(processor, measure),
        **facts,
    )
    golden.write()


def several_images(processor, measure):
    """Each image is laid out as if alone, also in one message; asserted against single runs."""
    generator = random.Random(7)
    rows = []
    for count in (2, 2, 3, 4, 6):
        sizes = generator.sample(FEW_SIZES, count)
        images = [blank_image(width, height) for width, height in sizes]
        total = expand(processor, "<image>" * count, images=[images]).count("<image>")
        tokens = [measure(width, height, "meta")[0] for width, height in sizes]
        assert total == sum(tokens)
        rows.append([[list(size) for size in sizes], tokens])
    return rows


def write_llava_next_video():
    video = LlavaNextVideoVideoProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    tokenizer = make_tokenizer({"image_token": "<image>", "video_token": "<video>"})
    processor = LlavaNextVideoProcessor(video, image_processor(), tokenizer, **OPTIONS)
    golden = Golden("llava_next_video")
    facts = {"checkpoint": "llava-next-video-7b", "constants": CONSTANTS}

    def measure(width, height, _device):
        # The processor turns the pixels into a numpy array, so they must be real.
        return [expand(processor, "<image>", images=[blank_image(width, height, "cpu")]).count("<image>")]

    rows = golden.images(
        "one image", measure, sizes=ordinary(SIZES)[:60] + ordinary(FEW_SIZES), real=0, **facts
    )
    golden.helper(
        "one image, helper", helper_counts(processor), rows, sizes=random_sizes(300, "next video"), **facts
    )
    columns = ["width", "height", "frames", "fps", "tokens"]
    rows = []
    for width, height in [(320, 240), (240, 320), (336, 336), (640, 360), (100, 130)]:
        for frames in (1, 2, 3, 4, 8, 16, 33):
            pixels = blank_video(width, height, frames, "cpu")
            rows.append(
                [width, height, frames, None, expand(processor, "<video>", videos=[pixels]).count("<video>")]
            )
    golden.add(
        "video, every frame given is kept",
        source="processor",
        kind="video",
        columns=columns,
        rows=rows,
        **facts,
    )
    rows = []
    for frames, fps, asked in [(100, 25, 8), (64, 30, 32), (33, 10, 7), (8, 24, 8)]:
        rows.append([336, 336, frames, fps, *sampled(processor, frames, fps, num_frames=asked), asked])
    golden.add(
        "video, do_sample_frames with num_frames",
        source="processor",
        kind="video",
        columns=[*columns, "indices", "num_frames"],
        rows=rows,
        settings={"do_sample_frames": True},
        **facts,
    )
    golden.write()


def sampled(processor, frames, fps, **settings):
    """Tokens and the frames chosen when the processor samples for itself."""
    metadata = {"total_num_frames": frames, "fps": fps, "duration": frames / fps}
    output = processor.video_processor(
        [blank_video(336, 336, frames, "cpu")],
        video_metadata=[metadata],
        do_sample_frames=True,
        return_metadata=True,
        **settings,
    )
    text = processor.replace_video_token(output, 0)
    indices = [int(index) for index in output["video_metadata"][0].frames_indices]
    return text.count("<video>"), indices


if __name__ == "__main__":
    write_llava_next()
    write_llava_next_video()
