"""Prompt tokens of 500 mixed chat requests as transformers' processors make them, for packages/server.

Writes packages/server/src/gateway/goldens/prompts.json. Run: python oracle/gateway.py
"""

import json
import random
from pathlib import Path

import common
import transformers
from chat_templates import CHATML, IMAGES_FIRST, tiny
from transformers import (
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

OUT = Path(__file__).parent.parent / "packages/server/src/gateway/goldens"
ROWS, SEED = 500, 20261129

TEXTS = [
    "What is in the picture?",
    "Hello  there\n\n",
    " and ",
    "Compare them: 12.5 mm, naïve café, 你好世界 🙂",
    "\tcode = {'a': [1, 2]}\n",
    "The quick brown fox jumps over the lazy dog. " * 5,
]


def processors(tokenizer) -> dict:
    onevision = LlavaOnevisionProcessor(
        image_processor=LlavaOnevisionImageProcessor(),
        video_processor=LlavaOnevisionVideoProcessor(),
        tokenizer=tokenizer,
        num_image_tokens=729,
        vision_feature_select_strategy="full",
        chat_template=IMAGES_FIRST,
    )
    qwen = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(min_pixels=3136, max_pixels=12845056),
        video_processor=Qwen2VLVideoProcessor(),
        tokenizer=tokenizer,
        chat_template=CHATML,
    )
    qwen.image_token, qwen.image_token_id = "<|image_pad|>", tokenizer.convert_tokens_to_ids("<|image_pad|>")
    small = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(min_pixels=3136, max_pixels=401408),
        video_processor=Qwen2VLVideoProcessor(),
        tokenizer=tokenizer,
        chat_template=CHATML,
    )
    small.image_token, small.image_token_id = qwen.image_token, qwen.image_token_id
    return {
        "onevision": ("llava-onevision-qwen2-7b-ov", "images-first", {}, onevision),
        "qwen": ("qwen2.5-vl-7b", "chatml", {}, qwen),
        "qwen-small": ("qwen2.5-vl-7b", "chatml", {"max_pixels": 401408}, small),
    }


def size(draw: random.Random) -> tuple[int, int]:
    """Photographs, icons and long strips, up to what families take."""
    long = round(2 ** draw.uniform(5, 11.6))
    short = max(28, round(long * draw.uniform(0.2, 1)))
    return (long, short) if draw.random() < 0.6 else (short, long)


def conversation(draw: random.Random) -> list[dict]:
    """Turns whose content is a string or a list of parts; images anywhere in the user's."""
    messages = []
    if draw.random() < 0.3:
        messages.append({"role": "system", "content": draw.choice(TEXTS)})
    for turn in range(draw.choice([1, 1, 1, 2, 3])):
        if turn > 0:
            messages.append({"role": "assistant", "content": draw.choice(TEXTS)})
        if draw.random() < 0.25:
            messages.append({"role": "user", "content": draw.choice(TEXTS)})
            continue
        parts = [{"size": size(draw)} for _ in range(draw.choice([1, 1, 1, 2, 3]))]
        for _ in range(draw.randint(0, 2)):
            parts.insert(draw.randint(0, len(parts)), {"text": draw.choice(TEXTS)})
        messages.append({"role": "user", "content": parts})
    return messages


def as_template(content) -> list[dict]:
    """A plain string is one part: these templates pick parts by type."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [{"type": "text", "text": part["text"]} if "text" in part else {"type": "image"} for part in content]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    draw = random.Random(SEED)
    known = processors(tiny())
    names = list(known)
    rows = []
    while len(rows) < ROWS:
        name = names[len(rows) % len(names)]
        *_, processor = known[name]
        messages = conversation(draw)
        template = [{"role": each["role"], "content": as_template(each["content"])} for each in messages]
        prompt = processor.apply_chat_template(template, tokenize=False, add_generation_prompt=True)
        parts = [part for each in messages if not isinstance(each["content"], str) for part in each["content"]]
        sizes = [part["size"] for part in parts if "size" in part]
        images = [common.blank_image(*each) for each in sizes]
        given = {"images": [images]} if images else {}
        ids = processor(text=[prompt], **given)["input_ids"][0]
        rows.append({"target": name, "messages": messages, "tokens": len(ids)})
    targets = {
        name: {"model": model, "template": template, "settings": settings}
        for name, (model, template, settings, _) in known.items()
    }
    document = {"versions": {"transformers": transformers.__version__}, "targets": targets, "rows": rows}
    (OUT / "prompts.json").write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
    print(len(rows), "requests,", sum(row["tokens"] for row in rows), "tokens")


if __name__ == "__main__":
    main()
