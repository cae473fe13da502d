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
import common  # noqa: E402, F401  (registers what importing torchvision needs)


def processor_of(model: str):
    """The processor of a model, with the constants of its checkpoint."""
    if model.startswith("llava-onevision"):
        from transformers import LlavaOnevisionImageProcessor, LlavaOnevisionProcessor

        grids = [[384 * row, 384 * col] for row in range(1, 7) for col in range(1, 7)]
        images = LlavaOnevisionImageProcessor(size={"height": 384, "width": 384}, image_grid_pinpoints=grids)
        return bare(
            LlavaOnevisionProcessor,
            image_processor=images,
            num_image_tokens=729,
            vision_feature_select_strategy="full",
            vision_aspect_ratio="anyres_max_9",
        )
    if model.startswith("llava-v1.6"):
        from transformers import LlavaNextImageProcessor, LlavaNextProcessor

        grids = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
        images = LlavaNextImageProcessor(
            size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}, image_grid_pinpoints=grids
        )
        return bare(
            LlavaNextProcessor,
            image_processor=images,
            patch_size=14,
            num_additional_image_tokens=1,
            vision_feature_select_strategy="default",
        )
    from transformers import Qwen2_5_VLProcessor, Qwen2VLImageProcessor

    images = Qwen2VLImageProcessor(size={"shortest_edge": 3136, "longest_edge": 12845056})
    return bare(Qwen2_5_VLProcessor, image_processor=images)


def bare(cls, **attributes):
    """A processor without a tokenizer: counting needs none."""
    processor = cls.__new__(cls)
    for name, value in attributes.items():
        setattr(processor, name, value)
    return processor


def main() -> None:
    processor = processor_of(sys.argv[1])
    sizes = json.loads(sys.stdin.readline())
    print(sum(processor._get_num_multimodal_tokens(image_sizes=sizes)["num_image_tokens"]), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        processor._get_num_multimodal_tokens(image_sizes=sizes)
        print(time.perf_counter() - start, flush=True)


main()
