"""Golden counts of LLaVA 1.5, ViP-LLaVA and FastVLM (transformers LlavaProcessor) -> llava.json."""

from common import Golden, blank_image, expand, helper_counts, make_tokenizer
from sizes import FEW_SIZES, SIZES, ordinary, random_sizes
from transformers import CLIPImageProcessor, LlavaProcessor

MODELS = {
    "llava-1.5-7b": {"crop": 336, "patch_size": 14, "num_additional_image_tokens": 1, "strategy": "default"},
    "vip-llava-7b": {"crop": 336, "patch_size": 14, "num_additional_image_tokens": 1, "strategy": "default"},
    "clip-l-224 tower": {
        "crop": 224,
        "patch_size": 14,
        "num_additional_image_tokens": 1,
        "strategy": "default",
    },
    "siglip-384 tower": {"crop": 384, "patch_size": 14, "num_additional_image_tokens": 0, "strategy": "full"},
    "fast-vlm": {"crop": 1024, "patch_size": 64, "num_additional_image_tokens": 0, "strategy": "full"},
}


def make_processor(crop, patch_size, num_additional_image_tokens, strategy):
    return LlavaProcessor(
        CLIPImageProcessor(size={"shortest_edge": crop}, crop_size={"height": crop, "width": crop}),
        make_tokenizer({"image_token": "<image>"}),
        patch_size=patch_size,
        vision_feature_select_strategy=strategy,
        num_additional_image_tokens=num_additional_image_tokens,
    )


def main():
    golden = Golden("llava")
    for checkpoint, options in MODELS.items():
        processor = make_processor(**options)

        def measure(width, height, _device):
            # The processor turns the pixels into a numpy array, so they must be real.
            return [expand(processor, "<image>", images=[blank_image(width, height, "cpu")]).count("<image>")]

        facts = {
            "checkpoint": checkpoint,
            "constants": {
                "crop_size": options["crop"],
                "patch_size": options["patch_size"],
                "num_additional_image_tokens": options["num_additional_image_tokens"],
                "vision_feature_select_strategy": options["strategy"],
            },
        }
        sizes = ordinary(SIZES) if checkpoint == "llava-1.5-7b" else ordinary(FEW_SIZES)
        rows = golden.images(checkpoint, measure, sizes=sizes, real=0, **facts)
        golden.helper(
            f"{checkpoint} helper", helper_counts(processor), rows, sizes=random_sizes(50, "llava"), **facts
        )
    golden.write()


if __name__ == "__main__":
    main()
