"""Golden position ids of every family with a numbering of its own -> positions.json.

Here the Qwen models; positions_others.py adds GLM-V, ERNIE-4.5-VL and HunyuanVL. `get_rope_index` is the models'
own function, called with a configuration only. "runs" rows hand it token types and grids directly; "sequence" rows
take both from the real processor. Columns of an axis hold every position of short sequences and null of long ones;
`checks` sums position * (index + 1) per axis, for all of them.
"""

import random
import torch
from clips import MARKERS, PADS, metadata_of
from common import Golden, blank_image, blank_video, make_tokenizer
from positions_others import add_others
from positions_rows import (
    FIXED_SEGMENTS,
    ID_COLUMNS,
    TOKENS_PER_SECOND,
    add_runs,
    random_segments,
    rope_index,
)
from transformers import (
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl
from transformers.models.qwen2_vl import modeling_qwen2_vl
from transformers.models.qwen3_5 import modeling_qwen3_5
from transformers.models.qwen3_vl import modeling_qwen3_vl
from types import SimpleNamespace

MODELS = {
    "qwen2-vl-7b": modeling_qwen2_vl.Qwen2VLModel,
    "qwen2.5-vl-7b": modeling_qwen2_5_vl.Qwen2_5_VLModel,
    "qwen3-vl-8b": modeling_qwen3_vl.Qwen3VLModel,
    "qwen3.5-9b": modeling_qwen3_5.Qwen3_5Model,
}

ROTARY = {
    "qwen2-vl-7b": (modeling_qwen2_vl.Qwen2VLRotaryEmbedding, [16, 24, 24]),
    "qwen2.5-vl-7b": (modeling_qwen2_5_vl.Qwen2_5_VLRotaryEmbedding, [16, 24, 24]),
    "qwen3-vl-8b": (modeling_qwen3_vl.Qwen3VLTextRotaryEmbedding, [24, 20, 20]),
    "qwen3.5-9b": (modeling_qwen3_5.Qwen3_5TextRotaryEmbedding, [11, 11, 10]),
}


def limits(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


IMAGE_LIMITS = {"qwen2": (28 * 28 * 4, 28 * 28 * 60), "qwen3": (32 * 32 * 4, 32 * 32 * 60)}
VIDEO_LIMITS = {"qwen2": (28 * 28 * 4, 28 * 28 * 24), "qwen3": (32 * 32 * 4, 32 * 32 * 200)}


def build(checkpoint):
    if checkpoint.startswith("qwen3"):
        tokenizer = make_tokenizer({**PADS, "vision_start_token": MARKERS[0], "vision_end_token": MARKERS[1]})
        return Qwen3VLProcessor(
            Qwen2VLImageProcessor(
                size=limits(*IMAGE_LIMITS["qwen3"]), patch_size=16, merge_size=2, temporal_patch_size=2
            ),
            tokenizer,
            Qwen3VLVideoProcessor(size=limits(*VIDEO_LIMITS["qwen3"])),
        )
    processor_class = Qwen2VLProcessor if checkpoint == "qwen2-vl-7b" else Qwen2_5_VLProcessor
    return processor_class(
        Qwen2VLImageProcessor(size=limits(*IMAGE_LIMITS["qwen2"])),
        make_tokenizer(PADS, MARKERS),
        Qwen2VLVideoProcessor(size=limits(*VIDEO_LIMITS["qwen2"])),
    )


def sequence_row(checkpoint, processor, segments, options):
    """`segments`: ["text", characters], ["image", width, height], ["video", width, height, frames, fps]."""
    prompt, images, videos, metadata = "", [], [], []
    for kind, *facts in segments:
        if kind == "text":
            prompt += "a" * facts[0]
        elif kind == "image":
            prompt += f"{MARKERS[0]}<|image_pad|>{MARKERS[1]}"
            images.append(blank_image(*facts))
        else:
            width, height, frames, fps = facts
            prompt += f"{MARKERS[0]}<|video_pad|>{MARKERS[1]}"
            videos.append(blank_video(width, height, frames))
            metadata.append(metadata_of(frames, fps))
    media = {**({"images": images} if images else {}), **({"videos": videos} if videos else {})}
    if videos:
        media.update(video_metadata=metadata, **options)
    output = processor(text=[prompt], return_tensors=None, **media)
    ids = output["input_ids"][0]
    tokens = processor.tokenizer.convert_ids_to_tokens(ids)
    types = [
        1 if token == PADS["image_token"] else 2 if token == PADS["video_token"] else 0 for token in tokens
    ]
    given = [int(value) for value in output["mm_token_type_ids"][0]]
    assert given == types, "token types differ from the processor's"
    as_list = lambda name: [[int(value) for value in grid] for grid in output.get(name, [])]  # noqa: E731
    seconds = output.get("second_per_grid_ts") if checkpoint == "qwen2.5-vl-7b" and videos else None
    seconds = None if seconds is None else [float(value) for value in seconds]
    ids = rope_index(MODELS[checkpoint], types, as_list("image_grid_thw"), as_list("video_grid_thw"), seconds)
    return [segments, options or None, *ids]


def sampling(generator, checkpoint):
    """Settings of the call: every frame, or so many, or so many per second."""
    # Qwen3-VL has a default rate, which must go before a number of frames is taken.
    number = {"num_frames": 8, **({"fps": None} if checkpoint.startswith("qwen3") else {})}
    options = generator.choice([{"fps": 2}, {"fps": 1}, number, None])
    return {"do_sample_frames": False} if options is None else {"do_sample_frames": True, **options}


def add_sequences(golden, checkpoint):
    generator = random.Random(f"sequences:{checkpoint}")
    generation = "qwen3" if checkpoint.startswith("qwen3") else "qwen2"
    processor = build(checkpoint)
    rows = []
    for segments in FIXED_SEGMENTS + [random_segments(generator) for _ in range(25)]:
        videos = any(kind == "video" for kind, *_ in segments)
        options = sampling(generator, checkpoint) if videos else {}
        try:
            rows.append(sequence_row(checkpoint, processor, segments, options))
        except IndexError:
            # `torch.arange` gave one index too many; qwen_vl.py keeps those.
            continue
    golden.add(
        f"sequence, {checkpoint}",
        checkpoint=checkpoint,
        constants={
            "size": limits(*IMAGE_LIMITS[generation]),
            "video_size": limits(*VIDEO_LIMITS[generation]),
            "tokens_per_second": TOKENS_PER_SECOND,
        },
        source="processor",
        kind="sequence",
        columns=["segments", "options", *ID_COLUMNS],
        rows=rows,
    )


def add_frequencies(golden):
    """Which axis each rotary frequency turns with: the axes' own numbers through the models' recomposition."""
    for checkpoint, (rotary, sections) in ROTARY.items():
        frequencies = torch.arange(3.0)[:, None, None, None].expand(3, 1, 1, sum(sections)).clone()
        axes = rotary.recomposition_frequencies(SimpleNamespace(mrope_section=sections), frequencies)
        half = axes[0, 0].int().tolist()
        assert half[: sum(sections)] == half[sum(sections) :]
        golden.add(
            f"frequencies, {checkpoint}",
            checkpoint=checkpoint,
            constants={"mrope_section": sections},
            source="recomposition_frequencies",
            kind="frequencies",
            columns=["axes"],
            rows=[[half[: sum(sections)]]],
        )


def main():
    golden = Golden("positions")
    for checkpoint, model in MODELS.items():
        add_runs(golden, checkpoint, model, split=checkpoint.startswith("qwen3"))
    for checkpoint in MODELS:
        add_sequences(golden, checkpoint)
    add_frequencies(golden)
    add_others(golden)
    golden.write()


if __name__ == "__main__":
    main()
