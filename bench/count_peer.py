"""transformers' own counting helper over a list of sizes, timed on request.

First line in: JSON list of [height, width]; answer: the sum of tokens. Every further line: seconds of one pass.
"""

import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "oracle"))
from common import make_tokenizer  # noqa: E402  (also registers what importing torchvision needs)


def pinpoints(tile, grids):
    return [[tile * row, tile * col] for row, col in grids]


def llava_onevision():
    from transformers import LlavaOnevisionImageProcessor, LlavaOnevisionProcessor

    grids = pinpoints(384, [(row, col) for row in range(1, 7) for col in range(1, 7)])
    return bare(
        LlavaOnevisionProcessor,
        image_processor=LlavaOnevisionImageProcessor(size={"height": 384, "width": 384}, image_grid_pinpoints=grids),
        num_image_tokens=729,
        vision_feature_select_strategy="full",
        vision_aspect_ratio="anyres_max_9",
    )


def llava_next():
    from transformers import LlavaNextImageProcessor, LlavaNextProcessor

    grids = pinpoints(336, [(1, 2), (2, 1), (2, 2), (3, 1), (1, 3)])
    crop = {"height": 336, "width": 336}
    return bare(
        LlavaNextProcessor,
        image_processor=LlavaNextImageProcessor(size={"shortest_edge": 336}, crop_size=crop, image_grid_pinpoints=grids),
        patch_size=14,
        num_additional_image_tokens=1,
        vision_feature_select_strategy="default",
    )


def qwen(smallest, largest, patch):
    from transformers import Qwen2_5_VLProcessor, Qwen2VLImageProcessor

    limits = {"shortest_edge": smallest, "longest_edge": largest}
    images = Qwen2VLImageProcessor(size=limits, patch_size=patch)
    return bare(Qwen2_5_VLProcessor, image_processor=images)


def internvl():
    from transformers import GotOcr2ImageProcessor, InternVLProcessor

    names = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    images = GotOcr2ImageProcessor(size={"height": 448, "width": 448}, max_patches=12)
    return bare(InternVLProcessor, image_processor=images, image_seq_length=256, tokenizer=make_tokenizer(names))


def pixtral():
    from transformers import PixtralImageProcessor, PixtralProcessor

    tokenizer = make_tokenizer(plain=["[IMG]", "[IMG_BREAK]", "[IMG_END]"])
    images = PixtralImageProcessor(size={"longest_edge": 1024}, patch_size=16)
    return PixtralProcessor(images, tokenizer, patch_size=16, spatial_merge_size=1)


def glm():
    from transformers import Glm4vImageProcessor, Glm4vProcessor

    return bare(Glm4vProcessor, image_processor=Glm4vImageProcessor(size={"shortest_edge": 12544, "longest_edge": 9633792}))


PROCESSORS = {
    "llava-onevision-qwen2-7b-ov": llava_onevision,
    "llava-v1.6-mistral-7b": llava_next,
    "qwen2.5-vl-7b": lambda: qwen(3136, 12845056, 14),
    "qwen3-vl-8b": lambda: qwen(65536, 16777216, 16),
    "internvl3-8b": internvl,
    "pixtral-12b": pixtral,
    "glm-4.1v-9b": glm,
}


def bare(cls, **attributes):
    """A processor without a tokenizer: counting needs none."""
    processor = cls.__new__(cls)
    for name, value in attributes.items():
        setattr(processor, name, value)
    return processor


def main():
    processor = PROCESSORS[sys.argv[1]]()
    sizes = json.loads(sys.stdin.readline())
    print(sum(processor._get_num_multimodal_tokens(image_sizes=sizes)["num_image_tokens"]), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        processor._get_num_multimodal_tokens(image_sizes=sizes)
        print(time.perf_counter() - start, flush=True)


main()
