"""Position ids of GLM-4.1V, GLM-4.6V, ERNIE-4.5-VL and HunyuanVL, and of models that count from elsewhere than 0.

Called by positions.py. As there, "runs" hand grids to the models' own `get_rope_index`, "sequence" rows take token
types and grids from the real processors.
"""

import random
import torch
from clips import metadata_of
from common import blank_image, blank_video
from grids import ERNIE_NAMES, make_ernie, make_glm, make_hunyuan
from positions_rows import FIXED_SEGMENTS, ID_COLUMNS, MERGE, add_runs, axes_row, random_segments, rope_index
from transformers.models.ernie4_5_vl_moe import modeling_ernie4_5_vl_moe as ernie
from transformers.models.glm4v import modeling_glm4v
from transformers.models.glm4v_moe import modeling_glm4v_moe
from transformers.models.glm46v import modeling_glm46v
from transformers.models.hunyuan_vl import modeling_hunyuan_vl as hunyuan
from transformers.models.kosmos2 import modeling_kosmos2
from transformers.models.opt import modeling_opt
from types import SimpleNamespace

GLM_MODELS = {
    "glm-4.1v-9b": modeling_glm4v.Glm4vModel,
    "glm-4.5v": modeling_glm4v_moe.Glm4vMoeModel,
    "glm-4.6v": modeling_glm46v.Glm46VModel,
}
XD_SECTIONS = [16, 16, 16, 16]
XD_COLUMNS = ["length", "delta", "checks", "sequence", "width", "height", "image"]


# --- sequences: media through the real processor -----------------------------------------------------------------


def around(kind, number, checkpoint):
    """What the chat template writes for an item."""
    if checkpoint.startswith("glm"):
        return f"<|begin_of_{kind}|><|{kind}|><|end_of_{kind}|>"
    if checkpoint.startswith("ernie"):
        title = "Picture" if kind == "image" else "Video"
        start, pad, end = (ERNIE_NAMES[f"{kind}_{part}token"] for part in ("start_", "", "end_"))
        return f"{title} {number}:{start}{pad}{end}"
    return "<img><image></img>"


def process(checkpoint, processor, segments, limits):
    """Token types and grids of a prompt with its media."""
    prompt, images, videos, metadata = "", [], [], []
    for kind, *facts in segments:
        if kind == "text":
            prompt += "a" * facts[0]
            continue
        group = images if kind == "image" else videos
        prompt += around(kind, len(group) + 1, checkpoint)
        if kind == "image":
            images.append(blank_image(*facts))
        else:
            width, height, frames, fps = facts
            videos.append(blank_video(width, height, frames))
            metadata.append(metadata_of(frames, fps))
    media = {"images": images} if images else {}
    if images and "size" in limits:
        media["images_kwargs"] = {"size": limits["size"]}
    if videos:
        media |= {"videos": videos, "videos_kwargs": {"video_metadata": metadata, **sizes_of(limits)}}
    output = processor(text=[prompt], return_tensors=None, **media)
    as_list = lambda name: [[int(value) for value in grid] for grid in output.get(name, [])]  # noqa: E731
    types = [int(value) for value in output["mm_token_type_ids"][0]]
    return types, as_list("image_grid_thw"), as_list("video_grid_thw")


def sizes_of(limits):
    return {"size": limits["video_size"]} if "video_size" in limits else {}


def bounds(smallest, largest):
    return {"shortest_edge": smallest, "longest_edge": largest}


def add_sequence(golden, checkpoint, processor, limits, columns, number, segments):
    rows = []
    for case in segments:
        try:
            types, images, videos = process(checkpoint, processor, case, limits)
        except IndexError:
            continue
        rows.append([case, None, *number(types, images, videos)])
    golden.add(
        f"sequence, {checkpoint}",
        checkpoint=checkpoint,
        constants=limits,
        source="processor",
        kind="sequence",
        columns=["segments", "options", *columns],
        rows=rows,
    )


def cases(checkpoint, count):
    generator = random.Random(f"sequences:{checkpoint}")
    return [
        [segment for segment in case if checkpoint != "hunyuan-ocr" or segment[0] != "video"]
        for case in FIXED_SEGMENTS + [random_segments(generator) for _ in range(count)]
    ]


def add_glm_and_ernie(golden):
    for checkpoint, model in GLM_MODELS.items():
        add_runs(golden, checkpoint, model, split=True)
    model = ernie.Ernie4_5_VLMoeModel
    add_runs(golden, "ernie-4.5-vl-28b-a3b", model, split=False, frames_per_patch=MERGE)
    tall = 28 * 28 * 2
    limits = {"size": bounds(tall * 4, tall * 60), "video_size": bounds(tall * 4, tall * 400)}
    for checkpoint, family in [("glm-4.1v-9b", "glm4v"), ("glm-4.6v", "glm46v")]:
        number = lambda *found, model=GLM_MODELS[checkpoint]: rope_index(model, *found)  # noqa: E731
        segments = cases(checkpoint, 25)
        add_sequence(golden, checkpoint, make_glm(family), limits, ID_COLUMNS, number, segments)
    limits = {"size": bounds(784 * 4, 784 * 60), "video_size": bounds(784 * 4, 784 * 12)}
    checkpoint = "ernie-4.5-vl-28b-a3b"
    number = lambda *found: rope_index(ernie.Ernie4_5_VLMoeModel, *found)  # noqa: E731
    add_sequence(golden, checkpoint, make_ernie(), limits, ID_COLUMNS, number, cases(checkpoint, 25))


# --- HunyuanVL: four axes ----------------------------------------------------------------------------------------


def xd_index(types, images, _videos=()):
    model = hunyuan.HunYuanVLModel
    text = SimpleNamespace(rope_parameters={"mrope_section": XD_SECTIONS})
    vision = SimpleNamespace(spatial_merge_size=MERGE)
    fake = SimpleNamespace(config=SimpleNamespace(text_config=text, vision_config=vision))
    fake.get_vision_position_ids = lambda *args, **options: model.get_vision_position_ids(
        fake, *args, **options
    )
    ids, delta = model.get_rope_index(
        fake,
        torch.zeros((1, len(types)), dtype=torch.long),
        torch.tensor([types], dtype=torch.int),
        torch.tensor(images) if images else None,
    )
    return axes_row(ids[:, 0].tolist(), int(delta[0, 0]))


def add_hunyuan(golden):
    limits = {"size": bounds(32 * 32 * 4, 32 * 32 * 60)}
    segments = [case for case in cases("hunyuan-ocr", 40) if any(kind == "image" for kind, *_ in case)]
    add_sequence(golden, "hunyuan-ocr", make_hunyuan(), limits, XD_COLUMNS, xd_index, segments)


# --- which frequency turns with which axis -----------------------------------------------------------------------


def add_axes(golden):
    """Axes are numbered in the order of the model's own position ids."""

    def add(checkpoint, kind, sections, axes):
        golden.add(
            f"{kind}, {checkpoint}",
            checkpoint=checkpoint,
            constants={"mrope_section": sections},
            source="recomposition_frequencies",
            kind=kind,
            columns=["axes"],
            rows=[[axes]],
        )

    def numbered(axes, width):
        return torch.arange(float(axes))[:, None, None, None].expand(axes, 1, 1, width).clone()

    # The two dimensions of a frequency are neighbors in GLM-4.1V and half of the turned ones apart in GLM-4.5V.
    fake = SimpleNamespace(mrope_section=[8, 12, 12])
    pairs = modeling_glm4v.Glm4vTextRotaryEmbedding.recomposition_frequencies(fake, numbered(3, 32))
    pairs = pairs[0, 0].int().tolist()
    assert pairs[0::2] == pairs[1::2]
    add("glm-4.1v-9b", "frequencies", [8, 12, 12], pairs[0::2])
    halves = modeling_glm4v_moe.Glm4vMoeTextRotaryEmbedding.recomposition_frequencies(fake, numbered(3, 32))
    halves = halves[0, 0].int().tolist()
    assert halves[:32] == halves[32:]
    add("glm-4.5v", "frequencies", [8, 12, 12], halves[:32])

    # ERNIE lists its sections as height, width, time, and sorts the frequencies beforehand.
    sections = [22, 22, 20]
    pairs = (
        ernie.Ernie4_5_VLMoeTextRotaryEmbedding.recomposition_frequencies(
            SimpleNamespace(mrope_section=sections), numbered(3, 64)
        )[0, 0]
        .int()
        .tolist()
    )
    assert pairs[0::2] == pairs[1::2]
    add("ernie-4.5-vl-28b-a3b", "frequencies", [sections[2], *sections[:2]], pairs[0::2])
    config = SimpleNamespace(rope_parameters={"rope_theta": 10000.0, "mrope_section": sections}, head_dim=128)
    order, _ = ernie.Ernie4_5_VLMoeTextRotaryEmbedding.compute_default_rope_parameters(config)
    fastest = 1.0 / 10000.0 ** (torch.arange(0, 128, 2, dtype=torch.float) / 128)
    mixed = torch.stack([order[:22], order[22:44]], dim=-1).flatten()
    assert torch.equal(torch.cat([mixed, order[44:]]), fastest), "frequencies fall in the model's order"

    axes = hunyuan.HunYuanVLRotaryEmbedding.recomposition_frequencies(
        SimpleNamespace(mrope_section=XD_SECTIONS), numbered(4, 64)
    )
    add("hunyuan-ocr", "dimensions", XD_SECTIONS, axes[0, 0].int().tolist())


def add_starts(golden):
    """The number of the first token, and that the others follow one by one."""
    length = 40
    kosmos = modeling_kosmos2.Kosmos2TextSinusoidalPositionalEmbedding
    ids = kosmos.create_position_ids_from_inputs_embeds(torch.zeros(1, length, 4), 0, 1)[0]
    opt = modeling_opt.OPTLearnedPositionalEmbedding(length, 1)
    opt.weight.data = torch.arange(float(length + opt.offset))[:, None]
    rows = opt(torch.ones((1, length), dtype=torch.long))[0, :, 0].long() - opt.offset
    for checkpoint, found in [("kosmos-2-patch14-224", ids), ("blip2-opt-2.7b", rows)]:
        golden.add(
            f"starts, {checkpoint}",
            checkpoint=checkpoint,
            constants={},
            source="position embedding",
            kind="starts",
            columns=["positions"],
            rows=[[found.tolist()]],
        )


def add_others(golden):
    add_glm_and_ernie(golden)
    add_hunyuan(golden)
    add_axes(golden)
    add_starts(golden)
