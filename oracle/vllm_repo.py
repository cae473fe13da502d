"""Golden counts of vLLM -> vllm.json.

Our own restatement of what the files named below do (vllm-project/vllm, each at its commit, which also stand in
packages/core/src/families/<id>/index.ts); no line is copied, and vLLM itself is not run. Where vLLM hands frames to
transformers, the real processor counts them.

* vllm/multimodal/media/video.py at 055e47c: 32 frames of a clip unless told otherwise
* vllm/multimodal/video.py at e5005d0: which frames (`VideoBackend`, `Qwen2VLVideoBackend`, `Qwen3VLVideoBackend`)
* vllm/model_executor/models/: qwen2_5_vl at fb33ec8, qwen3_vl at 4f5768c, llava_next_video at 187d8e5, gemma4_mm at
  49e6e47, minicpmv at 73fb7a4, kimi_vl at dff4cad, molmo at f06ae65; at 055e47c: llava_onevision, idefics3, minicpmv4_6,
  deepseek_ocr2, ovis, pixtral (`PixtralHFEncoderInfo`); fuyu, which went after 0.25.0, read in a copy
* vllm/transformers_utils/processors/: internvl at c6f146b, deepseek_vl2 at e005580, deepseek_ocr2 at 3624f50, ovis at
  949c9a6, kimi_k25_vision_fused at a772b6d
"""

import numpy as np
import random
import torch
from clips import MARKERS, PADS, metadata_of
from common import Golden, blank_video, expand, make_tokenizer
from sizes import FEW_SIZES, SIZES, random_sizes
from transformers import (
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)
from vllm_counts import (
    deepseek_ocr2,
    deepseek_vl2,
    fuyu,
    gemma4,
    internvl_tiles,
    kimi_k25,
    kimi_vl,
    llava_onevision,
    minicpmv46,
    molmo,
    ovis2,
    pixtral_converted,
    smolvlm,
)

FRAMES = 32
THIN = [(3, 900), (900, 3), (1, 4000), (4000, 1), (1, 70), (70, 1), (2, 301), (12, 6000), (17, 3000), (1, 1)]
CLIPS = [
    (320, 240, 1, 25), (320, 240, 2, 24), (320, 240, 7, 30), (64, 48, 31, 30), (64, 48, 32, 30), (64, 48, 33, 30),
    (640, 360, 100, 25), (200, 420, 61, 29.97), (640, 480, 3000, 24), (1280, 720, 301, 24000 / 1001),
]  # fmt: skip
VIDEO = ["width", "height", "frames", "fps", "tokens", "indices"]


# --- frames ------------------------------------------------------------------------------------------------------


def evenly(total, count=FRAMES):
    """`VideoBackend`: all of a short clip, else a truncated linspace."""
    return list(range(total)) if total <= count else np.linspace(0, total - 1, count).astype(int).tolist()


def qwen2_frames(total, fps, rate=2):
    """`Qwen2VLVideoBackend`: as transformers samples by rate, an index past the end moved onto the last frame."""
    most = min(768, total) // 2 * 2
    count = int(min(max(total / fps * rate, 4), most, total)) // 2 * 2
    if count == 0:
        return None
    indices = torch.arange(0, total, total / count).int()
    return indices.clamp(max=total - 1).tolist()


def qwen3_frames(total, fps, rate=2):
    """`Qwen3VLVideoBackend`."""
    count = min(max(int(total / fps * rate), 4), 768, total)
    return np.linspace(0, total - 1, count).round().astype(int).tolist()


# --- models whose frames transformers counts -----------------------------------------------------------------------


def limits(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


def add_qwen2(golden):
    size = limits(128 * 784, 768 * 784)
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(), make_tokenizer(PADS), Qwen2VLVideoProcessor(size=size)
    )
    generator = random.Random("vllm qwen2")
    random_clips = [
        (64, 48, generator.randint(4, 2000), generator.choice([10, 12.5, 24, 25, 29.97, 30, 60])) for _ in range(300)
    ]  # fmt: skip
    # Clips whose float32 steps reach one index past the end.
    past = [clip for clip in random_clips if len(qwen2_frames(*clip[2:])) % 2]
    rows = []
    for width, height, frames, fps in CLIPS + random_clips[:20] + past[:10]:
        indices = qwen2_frames(frames, fps)
        if indices is None:
            continue
        clip = blank_video(width, height, len(indices))
        expansion = expand(processor, "<|video_pad|>", videos=[clip], do_sample_frames=False)
        rows.append([width, height, frames, fps, expansion.count("<|video_pad|>"), indices])
    golden.add(
        "qwen2.5-vl, two frames a second",
        checkpoint="qwen2.5-vl-7b",
        constants={"size": size},
        source="restated loader, transformers' processor",
        kind="video",
        columns=VIDEO,
        rows=rows,
    )


def add_qwen3(golden):
    """`total` is the whole prompt: the pair of markers around the placeholder gives way to those of the frames."""
    size = limits(4096, 25165824)
    tokenizer = make_tokenizer({**PADS, "vision_start_token": MARKERS[0], "vision_end_token": MARKERS[1]})
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(patch_size=16), tokenizer, Qwen3VLVideoProcessor(size=size)
    )
    rows = []
    for width, height, frames, fps in CLIPS:
        indices = qwen3_frames(frames, fps)
        if len(indices) < 2:
            continue
        metadata = {**metadata_of(frames, fps), "frames_indices": indices}
        inputs = {"video_metadata": [metadata], "do_sample_frames": False}
        clip = blank_video(width, height, len(indices))
        expansion = expand(processor, "<|video_pad|>", videos=[clip], **inputs)
        row = [width, height, frames, fps, expansion.count("<|video_pad|>"), indices, len(expansion.tokens)]
        rows.append(row)
    golden.add(
        "qwen3-vl, no markers around the clip",
        checkpoint="qwen3-vl-8b",
        constants={"size": size},
        source="restated loader and prompt, transformers' processor",
        kind="video",
        columns=[*VIDEO, "total"],
        rows=rows,
    )


# --- models that vLLM counts itself ------------------------------------------------------------------------------


def add_llava_onevision(golden):
    facts = {"checkpoint": "llava-onevision-qwen2-7b-ov", "constants": {}, "source": "restatement"}
    rows = [[width, height, llava_onevision(width, height)] for width, height in SIZES[:120]]
    columns = ["width", "height", "tokens"]
    golden.add("llava-onevision, one image", kind="image", columns=columns, rows=rows, **facts)
    generator = random.Random("vllm several")
    groups = [generator.sample(FEW_SIZES, count) for count in (2, 3, 5, 8)]
    rows = [[[list(size) for size in group], [llava_onevision(*size) for size in group]] for group in groups]
    golden.add(
        "llava-onevision, several images: each as if alone",
        kind="images",
        columns=["sizes", "tokens"],
        rows=rows,
        **facts,
    )
    add_clips(golden, "llava-onevision", facts["checkpoint"], lambda frames: 14 * 14 * frames + 1)


def add_clips(golden, name, checkpoint, tokens, total=None):
    """Clips of the default loader; `tokens` and `total` of so many frames."""
    rows = []
    for width, height, frames, fps in CLIPS:
        indices = evenly(frames)
        row = [width, height, frames, fps, tokens(len(indices)), indices]
        rows.append(row if total is None else [*row, total(len(indices))])
    golden.add(
        f"{name}, clips",
        checkpoint=checkpoint,
        constants={},
        source="restatement",
        kind="video",
        columns=VIDEO if total is None else [*VIDEO, "total"],
        rows=rows,
    )


def add_internvl(golden):
    rows = [
        [width, height, 256 * internvl_tiles(width, height) + 2]
        for width, height in SIZES + random_sizes(100, "vllm internvl")
    ]
    golden.add(
        "internvl, one image",
        checkpoint="internvl3-8b",
        constants={},
        source="restatement",
        kind="image",
        columns=["width", "height", "tokens"],
        rows=rows,
    )
    names = lambda frames: sum(len(f"Frame{index + 1}: ") for index in range(frames))  # noqa: E731
    each = 256 + 2
    add_clips(
        golden, "internvl", "internvl3-8b", lambda frames: each * frames, lambda frames: each * frames + names(frames)
    )  # fmt: skip


def add_gemma4(golden):
    for budget in (70, 280, 1120):
        rows = [[width, height, gemma4(width, height, budget)] for width, height in SIZES[:100] + THIN]
        golden.add(
            f"gemma4, one image of {budget} tokens",
            checkpoint="gemma-4-31b",
            constants={"max_soft_tokens": budget},
            source="restatement",
            kind="image",
            columns=["width", "height", "tokens"],
            rows=rows,
        )
    rows = []
    for width, height, frames, fps in [*CLIPS, (3, 900, 40, 25)]:
        indices = evenly(frames)
        rows.append([width, height, frames, fps, gemma4(width, height, 70) * len(indices), indices])
    golden.add(
        "gemma4, clips",
        checkpoint="gemma-4-31b",
        constants={},
        source="restatement",
        kind="video",
        columns=VIDEO,
        rows=rows,
    )


def add_as_original(golden):
    """Models whose count in vLLM is that of their own repository."""
    # Slivers stay out; Kimi-VL's processor refuses sides of 512 patches.
    sizes = [size for size in SIZES if min(size) >= 14 and max(size) < min(100 * min(size), 7168)]
    facts = {"constants": {}, "settings": {"parity": "original"}, "source": "restatement"}
    rows = [[width, height, kimi_vl(width, height, 4096)] for width, height in sizes]
    columns = ["width", "height", "tokens"]
    checkpoint = "kimi-vl-a3b-instruct"
    golden.add("kimi-vl, one image", checkpoint=checkpoint, kind="image", columns=columns, rows=rows, **facts)
    rows = [[width, height, molmo(width, height)] for width, height in sizes if min(width, height) > 112]
    golden.add("molmo, one image", checkpoint="molmo-7b-d", kind="image", columns=columns, rows=rows, **facts)
    rows = [[width, height, deepseek_vl2(width, height, True)] for width, height in sizes]
    checkpoint = "deepseek-vl2-tiny"
    golden.add(
        "deepseek-vl2, one image", checkpoint=checkpoint, kind="image", columns=columns, rows=rows, **facts
    )
    groups = [FEW_SIZES[:2], FEW_SIZES[2:5]]
    rows = [
        [[list(size) for size in group], [deepseek_vl2(*size, len(group) <= 2) for size in group]]
        for group in groups
    ]
    columns = ["sizes", "tokens"]
    golden.add(
        "deepseek-vl2, several images", checkpoint=checkpoint, kind="images", columns=columns, rows=rows, **facts
    )  # fmt: skip


def add_as_transformers(golden):
    """Models whose count in vLLM is that of transformers, of which our counts are checked against the real processors."""
    columns = ["width", "height", "tokens"]
    sizes = SIZES + random_sizes(60, "vllm as transformers")
    # Slivers stay out that transformers refuses.
    wide = [size for size in sizes if max(size) <= 100 * min(size)]
    models = [
        ("smolvlm2-500m", lambda *size: smolvlm(*size, 512, 2048, 64), wide),
        ("smolvlm2-2.2b", lambda *size: smolvlm(*size, 384, 1536, 81), wide),
        ("deepseek-ocr-2", deepseek_ocr2, wide),
        ("ovis2-8b", ovis2, sizes),
        ("kimi-k2.5", kimi_k25, sizes),
        ("pixtral-12b", pixtral_converted, wide),
        ("fuyu-8b", fuyu, wide),
    ]
    for checkpoint, count, measured in models:
        golden.add(
            f"{checkpoint}, one image, as transformers",
            checkpoint=checkpoint,
            constants={},
            settings={"parity": "transformers"},
            source="restatement",
            kind="image",
            columns=columns,
            rows=[[width, height, count(width, height)] for width, height in measured],
        )


def add_minicpmv46(golden):
    facts = {"checkpoint": "minicpm-v-4.6", "constants": {}, "source": "restatement, transformers' sizes"}
    rows = [[width, height, minicpmv46(width, height)[0]] for width, height in SIZES]
    golden.add("minicpm-v-4.6, one image", kind="image", columns=["width", "height", "tokens"], rows=rows, **facts)
    rows = []
    for width, height, frames, fps in [*CLIPS, (1280, 720, 3, 25), (420, 1800, 90, 15)]:
        indices = evenly(frames)
        tokens, cuts, cut_rows = minicpmv46(width, height)
        # <image_id>0</image_id>; every frame and cut between tags, a line break between rows of cuts.
        around = 2 + 1 + len(indices) * (2 + 2 * cuts + cut_rows - 1)
        whole = len(indices) * tokens + around
        rows.append([width, height, frames, fps, len(indices) * tokens, indices, whole])
    golden.add("minicpm-v-4.6, clips", kind="video", columns=[*VIDEO, "total"], rows=rows, **facts)


def main():
    golden = Golden("vllm")
    add_qwen2(golden)
    add_qwen3(golden)
    add_llava_onevision(golden)
    add_clips(golden, "llava-next-video", "llava-next-video-7b", lambda frames: 12 * 12 * frames)
    add_internvl(golden)
    add_gemma4(golden)
    for checkpoint in ("minicpm-v-2.6", "minicpm-v-4.5"):
        add_clips(golden, checkpoint, checkpoint, lambda frames: 64 * frames, lambda frames: 66 * frames)
    add_minicpmv46(golden)
    add_as_original(golden)
    add_as_transformers(golden)
    golden.write()


if __name__ == "__main__":
    main()
