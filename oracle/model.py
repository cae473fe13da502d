"""Tiny snapshots with random weights, saved by transformers, and what it computes with them -> packages/model.

One folder a snapshot, `packages/model/src/families/<id>/fixtures/<name>`: what `save_pretrained` of model and processor
writes. Beside it `goldens/<name>.json` (conversations, token ids, greedy answers) and `goldens/<name>.safetensors`
(features of views, packed visual embeddings, logits of every position), computed in float32 with eager attention.
Pictures come from a formula that the test repeats. Usage: python model.py [name...]
"""

import common
import json
import numpy
import PIL.Image
import sys
import torch
from model_chats import CHATS, HUB_TEMPLATES, tokenizer
from pathlib import Path
from safetensors.torch import save_file
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    LlavaNextVideoConfig,
    LlavaNextVideoForConditionalGeneration,
    LlavaNextVideoProcessor,
    LlavaNextVideoVideoProcessor,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    LlavaProcessor,
    MistralConfig,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2Config,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    SiglipVisionConfig,
)

FAMILIES = Path(__file__).resolve().parent.parent / "packages/model/src/families"

TILE, PATCH = 42, 14
ANSWER = 64
# Share of the range of logits by which the first must lead: twice what a runtime may be off.
TIE = 2e-4


# --- configurations --------------------------------------------------------------------------------------------


def decoder(kind, vocabulary, **more):
    """A decoder of two layers of width 32: four query heads over two key-value heads."""
    return kind(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        **more,
    )


def siglip():
    return SiglipVisionConfig(
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=3,
        image_size=TILE,
        patch_size=PATCH,
        vision_use_head=False,
    )


def clip(tile=TILE):
    return CLIPVisionConfig(
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=3,
        num_attention_heads=3,
        image_size=tile,
        patch_size=PATCH,
        projection_dim=16,
    )


def grids(tile, side):
    return [[tile * rows, tile * cols] for rows in range(1, side + 1) for cols in range(1, side + 1)]


def onevision(tokens, **text):
    ids = {name: tokens.convert_tokens_to_ids(f"<{name}>") for name in ["image", "video"]}
    config = LlavaOnevisionConfig(
        vision_config=siglip(),
        text_config=decoder(Qwen2Config, len(tokens), **text),
        image_token_index=ids["image"],
        video_token_index=ids["video"],
        image_grid_pinpoints=grids(TILE, 3),
        vision_aspect_ratio="anyres_max_4",
        tie_word_embeddings=text.get("tie_word_embeddings", False),
    )
    size = {"height": TILE, "width": TILE}
    processor = LlavaOnevisionProcessor(
        image_processor=LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=grids(TILE, 3)),
        video_processor=LlavaOnevisionVideoProcessor(size=size),
        tokenizer=tokens,
        num_image_tokens=(TILE // PATCH) ** 2,
        vision_feature_select_strategy="full",
        vision_aspect_ratio="anyres_max_4",
        chat_template=HUB_TEMPLATES["llava-onevision"],
    )
    return LlavaOnevisionForConditionalGeneration, config, processor


def llava(tokens, text):
    config = LlavaConfig(
        vision_config=clip(), text_config=text, image_token_index=tokens.convert_tokens_to_ids("<image>")
    )
    size = {"size": {"shortest_edge": TILE}, "crop_size": {"height": TILE, "width": TILE}}
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(**size),
        tokenizer=tokens,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=HUB_TEMPLATES["llava"],
    )
    return LlavaForConditionalGeneration, config, processor


PINPOINTS = [[42, 84], [84, 42], [84, 84], [126, 42], [42, 126]]


def llava_next(tokens, text, template):
    config = LlavaNextConfig(
        vision_config=clip(),
        text_config=text,
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=PINPOINTS,
    )
    size = {"size": {"shortest_edge": TILE}, "crop_size": {"height": TILE, "width": TILE}}
    processor = LlavaNextProcessor(
        image_processor=LlavaNextImageProcessor(**size, image_grid_pinpoints=PINPOINTS),
        tokenizer=tokens,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=HUB_TEMPLATES[template],
    )
    return LlavaNextForConditionalGeneration, config, processor


# Frames are pooled by 2, which takes an even number of patches.
EVEN_TILE = 56
EVEN_PINPOINTS = [[56, 112], [112, 56], [112, 112], [168, 56], [56, 168]]


def llava_next_video(tokens, text):
    ids = {name: tokens.convert_tokens_to_ids(f"<{name}>") for name in ["image", "video"]}
    config = LlavaNextVideoConfig(
        vision_config=clip(EVEN_TILE),
        text_config=text,
        image_token_index=ids["image"],
        video_token_index=ids["video"],
        image_grid_pinpoints=EVEN_PINPOINTS,
    )
    size = {"size": {"shortest_edge": EVEN_TILE}, "crop_size": {"height": EVEN_TILE, "width": EVEN_TILE}}
    processor = LlavaNextVideoProcessor(
        video_processor=LlavaNextVideoVideoProcessor(**size),
        image_processor=LlavaNextImageProcessor(**size, image_grid_pinpoints=EVEN_PINPOINTS),
        tokenizer=tokens,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=HUB_TEMPLATES["llava-next-video"],
    )
    return LlavaNextVideoForConditionalGeneration, config, processor


def qwen2_5_vl(tokens):
    """Windows of 2×2 tokens, which no image fills evenly; a clip's time runs ahead of its rows and columns."""
    ids = {f"{name}_token_id": tokens.convert_tokens_to_ids(f"<|{token}|>") for name, token in [
        ("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"), ("vision_end", "vision_end")
    ]}
    text = {
        "vocab_size": len(tokens),
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 2048,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 1, 1]},
        "bos_token_id": None,
        "eos_token_id": tokens.eos_token_id,
    }
    vision = {
        "depth": 3,
        "hidden_size": 32,
        "intermediate_size": 40,
        "num_heads": 2,
        "out_hidden_size": 32,
        "window_size": 56,
        "fullatt_block_indexes": [1],
        "tokens_per_second": 150,
    }
    config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=True, **ids)
    size = {"shortest_edge": 4 * 28 * 28, "longest_edge": 30 * 28 * 28}
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size),
        tokenizer=tokens,
        video_processor=Qwen2VLVideoProcessor(size=size),
        chat_template=HUB_TEMPLATES["qwen2.5-vl"],
    )
    return Qwen2_5_VLForConditionalGeneration, config, processor


# name: family, how it is built, and how it is saved. Chats by kind of media the processor takes.
SNAPSHOTS = {
    "onevision": ("llava-onevision", lambda t: onevision(t, tie_word_embeddings=True), {}),
    "onevision-untied": (
        "llava-onevision",
        lambda t: onevision(t, rope_theta=1e6),
        {"dtype": torch.bfloat16, "max_shard_size": "40KB"},
    ),
    "llava-1.5": ("llava", lambda t: llava(t, decoder(LlamaConfig, len(t))), {"dtype": torch.float16}),
    "mistral": (
        "llava-next",
        lambda t: llava_next(t, decoder(MistralConfig, len(t), sliding_window=None), "llava-next-mistral"),
        {},
    ),
    "next-video": (
        "llava-next-video",
        lambda t: llava_next_video(t, decoder(LlamaConfig, len(t))),
        {},
    ),
    "qwen2.5-vl": ("qwen-vl", qwen2_5_vl, {}),
}


# --- weights ---------------------------------------------------------------------------------------------------


def randomize(model, seed):
    """Weights that keep activations near one and leave no parameter without effect."""
    generator = torch.Generator().manual_seed(seed)

    def normal(shape):
        return torch.randn(shape, generator=generator)

    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name and name.endswith("weight"):
                parameter.copy_(1 + 0.2 * normal(parameter.shape))
            elif name.endswith("bias"):
                parameter.copy_(0.2 * normal(parameter.shape))
            elif parameter.dim() == 1 or "position_embedding" in name:
                parameter.copy_(0.5 * normal(parameter.shape))
            elif "embed_tokens" in name or "lm_head" in name:
                parameter.copy_(0.5 * normal(parameter.shape))
            else:
                parameter.copy_(1.4 * normal(parameter.shape) / parameter[0].numel() ** 0.5)
    model.tie_weights()


# --- media -----------------------------------------------------------------------------------------------------


def picture(width, height, seed):
    """uint8 [height, width, 3]: smooth gradients with an edge, different for every seed."""
    x, y, c = numpy.meshgrid(numpy.arange(width), numpy.arange(height), numpy.arange(3))
    wave = x * (5 + seed) + y * (3 + 2 * c) + (x * y) // 7 + 40 * c + 31 * seed
    return ((wave + 90 * ((x // 9 + y // 11 + seed) % 2)) % 256).astype(numpy.uint8)


def media_of(chat):
    """Pictures and clips of a chat in order; every medium has a seed of its own."""
    images, videos = [], []
    for message in chat:
        for part in message["content"]:
            seed = len(images) + len(videos)
            if part["type"] == "image":
                images.append(PIL.Image.fromarray(picture(*part["size"], seed)))
            if part["type"] == "video":
                frames = [picture(*part["size"], 16 * (seed + 1) + index) for index in range(part["frames"])]
                videos.append(numpy.stack(frames))
    return images, videos


# --- what the model computes -----------------------------------------------------------------------------------


def asked(processor, chat):
    """Inputs of a chat as its processor makes them; images of one sample go in nested."""
    messages = [
        {"role": each["role"], "content": [{k: v for k, v in p.items() if k in ("type", "text")} for p in each["content"]]}
        for each in chat
    ]
    prompt = processor.apply_chat_template(messages, add_generation_prompt=True)
    images, videos = media_of(chat)
    given = {"images": [images]} if images else {}
    given |= {"videos": videos} if videos else {}
    # As apply_chat_template(tokenize=True) does: a template that writes the token itself gets no second one.
    given["add_special_tokens"] = not prompt.startswith(processor.tokenizer.bos_token)
    return prompt, processor(text=[prompt], return_tensors="pt", **given)


def features_of(model, inputs):
    """Tower features of the first view, projected features of all views, and what is packed of them, by kind."""
    if hasattr(model.model, "visual"):
        return native_features_of(model.model, inputs)
    found, core, projected = {}, model.model, []
    hook = core.multi_modal_projector.register_forward_hook(lambda _module, _inputs, output: projected.append(output))
    if "pixel_values" in inputs:
        names = ["pixel_values", "image_sizes", "batch_num_images"]
        given = {name: inputs[name] for name in names if name in inputs}
        out = core.get_image_features(**given, return_dict=True)
        found["image"] = joined(out.pooler_output)
        found["image.views"] = projected[-1]
        found["image.tower"] = out.hidden_states[model.config.vision_feature_layer][0]
    if "pixel_values_videos" in inputs:
        out = core.get_video_features(inputs["pixel_values_videos"], return_dict=True)
        found["video"] = joined(out.pooler_output)
        found["video.views"] = projected[-1]
    hook.remove()
    return found


def native_features_of(core, inputs):
    """The same of a tower of native resolution: its merger packs what it projects, and rows are in the order of windows."""
    found = {}
    if "pixel_values" in inputs:
        out = core.get_image_features(inputs["pixel_values"], inputs["image_grid_thw"], return_dict=True)
        found["image"] = found["image.views"] = joined(out.pooler_output)
        found["image.tower"] = out.last_hidden_state[: inputs["image_grid_thw"][0].prod()]
    if "pixel_values_videos" in inputs:
        out = core.get_video_features(inputs["pixel_values_videos"], inputs["video_grid_thw"], return_dict=True)
        found["video"] = found["video.views"] = joined(out.pooler_output)
    return found


def joined(packed):
    return torch.cat(list(packed)) if isinstance(packed, (list, tuple)) else packed.flatten(0, 1)


def greedy(model, inputs):
    """Logits of the prompt and the most likely token, ANSWER times; None if any choice is nearly a tie."""
    if hasattr(model.model, "rope_deltas"):
        model.model.rope_deltas = None  # those of the chat before
    out = model(**inputs, use_cache=True)
    logits, cache = out.logits, out.past_key_values
    ids, last = [], logits[:, -1]
    for _ in range(ANSWER):
        best = last[0].topk(2).values
        span = float(last.max() - last.min())
        if float(best[0] - best[1]) < TIE * span:
            return None
        token = last.argmax(-1, keepdim=True)
        ids.append(int(token))
        seen = inputs["input_ids"].shape[1] + len(ids)
        # With several positions a token, the model numbers by the cache: a mask would number the whole sequence again.
        mask = {} if hasattr(model.model, "rope_deltas") else {"attention_mask": torch.ones(1, seen, dtype=torch.long)}
        step = model(input_ids=token, past_key_values=cache, use_cache=True, **mask)
        last = step.logits[:, -1]
    return logits[0], ids


def answered(model, processor):
    """Every chat the processor takes, with what the model computes; None if some greedy choice is nearly a tie."""
    takes_video = hasattr(processor, "video_processor")
    chats, arrays = {}, {}
    for label, chat in CHATS.items():
        if not takes_video and any(part["type"] == "video" for each in chat for part in each["content"]):
            continue
        prompt, inputs = asked(processor, chat)
        computed = greedy(model, dict(inputs))
        if computed is None:
            return None
        logits, ids = computed
        for key, value in features_of(model, inputs).items():
            arrays[f"{label}.{key}"] = value.clone().contiguous()
        arrays[f"{label}.logits"] = logits.contiguous()
        chats[label] = {
            "messages": chat,
            "prompt": prompt,
            "ids": inputs["input_ids"][0].tolist(),
            "greedy": ids,
            "text": processor.tokenizer.decode(ids, skip_special_tokens=True),
        }
    return chats, arrays


def write(name, family, build, saving):
    tokens = tokenizer(adds_bos=family not in ("llava-onevision", "qwen-vl"))
    kind, config, processor = build(tokens)
    folder = FAMILIES / family / "fixtures" / name
    for seed in range(100):
        model = kind(config).eval()
        randomize(model, seed)
        model.generation_config.eos_token_id = tokens.eos_token_id
        model.generation_config.pad_token_id = tokens.pad_token_id
        options = dict(saving)
        model.to(options.pop("dtype", torch.float32)).save_pretrained(folder, **options)
        processor.save_pretrained(folder)
        model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            computed = answered(model, processor)
        if computed is not None:
            break
    else:
        raise SystemExit(f"{name}: no seed without ties")
    chats, arrays = computed
    target = FAMILIES / family / "goldens"
    target.mkdir(parents=True, exist_ok=True)
    lines = [f"{json.dumps(label)}:{common.compact(chat)}" for label, chat in chats.items()]
    body = ",\n".join(lines)
    versions = common.compact(common.versions())
    (target / f"{name}.json").write_text(f'{{"versions":{versions},"chats":{{\n{body}\n}}}}\n', encoding="utf-8")
    save_file(arrays, target / f"{name}.safetensors")
    sizes = [sum(path.stat().st_size for path in folder.iterdir()), (target / f"{name}.safetensors").stat().st_size]
    print(f"{name}: seed {seed}, {len(chats)} chats, snapshot {sizes[0]} bytes, goldens {sizes[1]}")


def main():
    wanted = sys.argv[1:] or list(SNAPSHOTS)
    for name in wanted:
        write(name, *SNAPSHOTS[name])


if __name__ == "__main__":
    main()
