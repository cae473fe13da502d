"""Golden counts of families whose images always cost the same (Gemma 3 pan-and-scan aside).

Writes blip.json (BLIP-2, InstructBLIP, InstructBLIP-Video), idefics2.json, gemma3.json, gemma3n.json,
paligemma.json, deepseek_vl.json, janus.json and kosmos2.json. Column `total` counts every token that took the
placeholder's place, markers and text included; text is counted in characters, except the newline pair, which is
one token as in these models' vocabularies.
"""

from common import Golden, blank_image, blank_pil_image, blank_video, expand, helper_counts, make_tokenizer
from sizes import FEW_SIZES, SIZES, ordinary, random_sizes
from transformers import (
    Blip2Processor,
    BlipImageProcessor,
    CLIPImageProcessor,
    DeepseekVLImageProcessor,
    DeepseekVLProcessor,
    Gemma3ImageProcessor,
    Gemma3nAudioFeatureExtractor,
    Gemma3nProcessor,
    Gemma3Processor,
    Idefics2ImageProcessor,
    Idefics2Processor,
    InstructBlipProcessor,
    InstructBlipVideoProcessor,
    InstructBlipVideoVideoProcessor,
    JanusImageProcessor,
    JanusProcessor,
    Kosmos2Processor,
    PaliGemmaProcessor,
    SiglipImageProcessor,
)

SMALL = ordinary(FEW_SIZES, pixels=2_000_000)


def write_blip():
    golden = Golden("blip")
    for checkpoint, build in {
        "blip2-opt-2.7b": lambda: Blip2Processor(BlipImageProcessor(), make_tokenizer(), num_query_tokens=32),
        "instructblip-vicuna-7b": lambda: InstructBlipProcessor(
            BlipImageProcessor(), make_tokenizer(), make_tokenizer(), num_query_tokens=32
        ),
    }.items():
        processor = build()

        def measure(width, height, device):
            return [expand(processor, "", images=blank_image(width, height, device)).count("<image>")]

        golden.images(
            checkpoint, measure, sizes=SMALL, checkpoint=checkpoint, constants={"num_query_tokens": 32}
        )
    processor = InstructBlipVideoProcessor(
        InstructBlipVideoVideoProcessor(), make_tokenizer(), make_tokenizer(), num_query_tokens=32
    )
    rows = []
    for frames in (1, 2, 4, 8, 16):
        expansion = expand(processor, "", images=[blank_video(320, 240, frames)])
        rows.append([320, 240, frames, None, expansion.count("<video>")])
    golden.add(
        "instructblip-video: four frames are assumed, whatever is given",
        checkpoint="instructblipvideo-vicuna-7b",
        constants={"num_query_tokens": 32},
        source="processor",
        kind="video",
        columns=["width", "height", "frames", "fps", "tokens"],
        rows=rows,
    )
    golden.write()


def write_idefics2():
    golden = Golden("idefics2")
    names = {"image_token": "<image>", "image_boundary_token": "<fake_token_around_image>"}
    for splitting in (False, True):
        processor = Idefics2Processor(
            Idefics2ImageProcessor(do_image_splitting=splitting), make_tokenizer(names)
        )
        facts = {
            "checkpoint": "idefics2-8b",
            "constants": {"image_seq_len": 64, "size": {"shortest_edge": 378, "longest_edge": 980}},
            "settings": {"do_image_splitting": splitting},
        }

        def measure(width, height, _device):
            expansion = expand(processor, "<image>", images=[blank_pil_image(width, height)])
            return [expansion.count("<image>"), len(expansion.tokens)]

        name = "splitting" if splitting else "no splitting"
        golden.images(name, measure, columns=("tokens", "total"), sizes=SMALL, real=0, **facts)
        rows = []
        for count in (2, 3):
            expansion = expand(processor, "<image>" * count, images=[blank_pil_image(300, 200)] * count)
            row = [[[300, 200]] * count, [expansion.count("<image>") // count] * count, len(expansion.tokens)]
            rows.append(row)
        golden.add(
            f"{name}, several images side by side: neighboring markers merge",
            source="processor",
            kind="images",
            columns=["sizes", "tokens", "total"],
            rows=rows,
            **facts,
        )
    golden.write()


def write_gemma3():
    names = {
        "image_token": "<image_soft_token>",
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
    }
    processor = Gemma3Processor(
        Gemma3ImageProcessor(size={"height": 896, "width": 896}),
        make_tokenizer(names, ["\n\n"]),
        image_seq_length=256,
    )
    golden = Golden("gemma3")
    for name, settings in {"one image": {}, "pan and scan": {"do_pan_and_scan": True}}.items():

        def measure(width, height, device):
            expansion = expand(
                processor, "<start_of_image>", images=[[blank_image(width, height, device)]], **settings
            )
            return [
                expansion.count("<image_soft_token>"),
                expansion.count("<start_of_image>") - 1,
                len(expansion.tokens),
            ]

        facts = {
            "checkpoint": "gemma-3-4b",
            "constants": {"image_seq_length": 256, "size": 896},
            "settings": settings,
        }
        sizes = SIZES + random_sizes(400, "gemma3") if settings else FEW_SIZES
        rows = golden.images(name, measure, columns=("tokens", "crops", "total"), sizes=sizes, **facts)
        golden.helper(f"{name}, helper", helper_counts(processor), rows, sizes=[(640, 480)], **facts)
    prompt = expand(
        processor, "<start_of_image>", images=[[blank_image(640, 480)]], do_pan_and_scan=True
    ).text
    golden.add(
        "pan and scan, text around the crops",
        checkpoint="gemma-3-4b",
        constants={"image_seq_length": 256},
        settings={"do_pan_and_scan": True},
        source="processor",
        kind="image",
        columns=["width", "height", "text"],
        rows=[[640, 480, prompt]],
    )
    golden.write()

    names |= {
        "audio_token": "<audio_soft_token>",
        "boa_token": "<start_of_audio>",
        "eoa_token": "<end_of_audio>",
    }
    processor = Gemma3nProcessor(
        Gemma3nAudioFeatureExtractor(),
        SiglipImageProcessor(size={"height": 768, "width": 768}),
        make_tokenizer(names, ["\n\n"]),
    )
    golden = Golden("gemma3n")

    def measure_3n(width, height, device):
        expansion = expand(processor, "<image_soft_token>", images=[blank_image(width, height, device)])
        return [expansion.count("<image_soft_token>"), len(expansion.tokens)]

    golden.images(
        "one image",
        measure_3n,
        columns=("tokens", "total"),
        sizes=SMALL,
        checkpoint="gemma-3n-e4b",
        constants={"image_seq_length": 256},
    )
    golden.write()


def write_paligemma():
    golden = Golden("paligemma")
    for resolution in (224, 448, 896):
        images = SiglipImageProcessor(size={"height": resolution, "width": resolution})
        images.image_seq_length = (resolution // 14) ** 2
        processor = PaliGemmaProcessor(images, make_tokenizer({"image_token": "<image>"}))

        def measure(width, height, device):
            expansion = expand(processor, "<image>", images=[blank_image(width, height, device)])
            return [expansion.count("<image>"), len(expansion.tokens)]

        facts = {
            "checkpoint": f"paligemma2-3b-{resolution}",
            "constants": {"image_seq_length": images.image_seq_length},
        }
        rows = golden.images(
            f"{resolution} px", measure, columns=("tokens", "total"), sizes=SMALL[:20], **facts
        )
        golden.helper(f"{resolution} px, helper", helper_counts(processor), rows, sizes=[(640, 480)], **facts)
    golden.write()


def write_deepseek_and_janus():
    for family, checkpoint, processor in [
        (
            "deepseek_vl",
            "deepseek-vl-7b",
            DeepseekVLProcessor(
                DeepseekVLImageProcessor(), make_tokenizer({"image_token": "<image_placeholder>"})
            ),
        ),
        (
            "janus",
            "janus-pro-7b",
            JanusProcessor(
                JanusImageProcessor(),
                make_tokenizer(
                    {
                        "image_token": "<image_placeholder>",
                        "boi_token": "<begin_of_image>",
                        "eoi_token": "<end_of_image>",
                    }
                ),
            ),
        ),
    ]:
        golden = Golden(family)

        def measure(width, height, device):
            expansion = expand(
                processor, ["<image_placeholder>"], images=[blank_image(width, height, device)]
            )
            return [expansion.count("<image_placeholder>"), len(expansion.tokens)]

        sizes = ordinary(FEW_SIZES, ratio=4, pixels=2_000_000)
        golden.images(
            "one image",
            measure,
            columns=("tokens", "total"),
            sizes=sizes,
            checkpoint=checkpoint,
            constants={"num_image_tokens": 576},
        )
        golden.write()


def write_kosmos2():
    tokenizer = make_tokenizer()
    processor = Kosmos2Processor(CLIPImageProcessor(), tokenizer)
    golden = Golden("kosmos2")

    def measure(width, height, device):
        output = processor(text="a", images=blank_image(width, height, device))
        mask = output["image_embeds_position_mask"]
        mask = mask[0] if isinstance(mask[0], list) else mask
        # <s> <image> 64 tokens </image> a
        return [sum(mask), len(mask) - 2]

    golden.images(
        "one image",
        measure,
        columns=("tokens", "total"),
        sizes=SMALL,
        checkpoint="kosmos-2-patch14-224",
        constants={"num_image_tokens": 64},
    )
    golden.write()


def main():
    write_blip()
    write_idefics2()
    write_gemma3()
    write_paligemma()
    write_deepseek_and_janus()
    write_kosmos2()


if __name__ == "__main__":
    main()
