"""Runs the models' own feature packing on empty features and stops unless it gives as many rows as the processor.

Writes nothing: it shows that the goldens count what the model consumes.
"""

import llava_next
import llava_onevision
import torch
from common import helper_counts
from sizes import FLOAT_TRAPS, SIZES, random_sizes
from transformers.models.llava_next import modeling_llava_next
from transformers.models.llava_onevision import modeling_llava_onevision
from types import SimpleNamespace


def model_counts(module, model_class, sizes, tower_size, pinpoints, **options):
    """Rows that `pack_image_features` makes of features of width 1."""
    side = tower_size // 14
    config = SimpleNamespace(
        vision_config=SimpleNamespace(image_size=tower_size, patch_size=14), image_grid_pinpoints=pinpoints
    )
    newline = torch.zeros(1)
    counts = []
    for width, height in sizes:
        size = torch.tensor([height, width])
        tiles = module.image_size_to_num_patches(size, pinpoints, tower_size)
        _, lengths = model_class.pack_image_features(
            SimpleNamespace(config=config),
            [torch.zeros(tiles, side * side, 1)],
            [size],
            image_newline=newline,
            **options,
        )
        counts.append(int(lengths[0]))
    return counts


def compare(name, model, processor):
    different = [(a, b) for a, b in zip(model, processor, strict=True) if a != b]
    assert not different, f"{name}: model and processor differ: {different[:5]}"
    print(f"{name}: model equals processor on {len(model)} sizes")


def main():
    sizes = SIZES + random_sizes(400, "model")
    assert set(FLOAT_TRAPS) <= set(sizes)
    onevision = modeling_llava_onevision.LlavaOnevisionModel
    for cap in ("anyres_max_9", "anyres_max_4", "anyres_max_16"):
        counts = model_counts(
            modeling_llava_onevision,
            onevision,
            sizes,
            384,
            llava_onevision.PINPOINTS,
            vision_aspect_ratio=cap,
        )
        compare(f"llava_onevision {cap}", counts, helper_counts(llava_onevision.make_processor(cap))(sizes))
    counts = model_counts(
        modeling_llava_next,
        modeling_llava_next.LlavaNextModel,
        sizes,
        336,
        llava_next.PINPOINTS,
        vision_feature_select_strategy="default",
    )
    compare("llava_next", counts, helper_counts(llava_next.make_llava_next())(sizes))


if __name__ == "__main__":
    main()
