"""Chats as transformers' apply_chat_template(tokenize=True) tokenizes them, with a tiny tokenizer, for packages/data.

Writes packages/data/src/goldens/chat/*.json. Run: python oracle/chat_templates.py
"""

import json
from pathlib import Path

import common  # noqa: F401  torchvision's operators, which processors of videos import
import transformers
from PIL import Image as Pillow
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    PreTrainedTokenizerFast,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

OUT = Path(__file__).parent.parent / "packages/data/src/goldens/chat"

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
SPECIAL += ["<|image_pad|>", "<|video_pad|>", "<image>", "<video>"]

CHATML = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are helpful.<|im_end|>\n{% endif %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}"
    "{% for content in message['content'] %}{% if content['type'] == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% elif content['type'] == 'video' %}"
    "<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}"
    "{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
IMAGES_FIRST = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + ' ' }}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'video') %}{{ '<video>' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{{ '\n' + content['text'] }}{% endfor %}{{ '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TEXT_ONLY = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def text(value: str) -> dict:
    return {"type": "text", "text": value}


IMAGE, VIDEO = {"type": "image"}, {"type": "video"}
CHATS = {
    "one": [("user", [IMAGE, text("\nWhat is in the picture?")]), ("assistant", [text("A cat, asleep.")])],
    "turns": [
        ("system", [text("Be short.")]),
        ("user", [text("Hello  there\n\n"), IMAGE, text(" and "), IMAGE, text("?")]),
        ("assistant", [text("\n\nTwo cats.")]),
        ("user", [VIDEO, text("And now?")]),
        ("assistant", [text("It rains: 12.5 mm, naïve café, 你好世界 🙂")]),
    ],
    "text": [("user", [text("The quick brown fox")]), ("assistant", [text("jumps over it.\n")])],
    "empty": [("user", [text("Say nothing")]), ("assistant", [text("")])],
}


def tiny() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    corpus = [part["text"] for chat in CHATS.values() for _, parts in chat for part in parts if "text" in part]
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(corpus + ["user\n", "assistant\n", "system\nYou are helpful."], trainer)
    tokenizer.add_special_tokens([AddedToken(each, special=True, normalized=False) for each in SPECIAL])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")


IMAGES = [[(640, 480)], [(1000, 700), (300, 900)], [(123, 457)]]


def processed(tokenizer: PreTrainedTokenizerFast) -> list[dict]:
    """Lengths of whole samples, text and images, by two processors of transformers."""
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
    rows = []
    for model, template, processor in [
        ("llava-onevision-qwen2-7b-ov", "images-first", onevision),
        ("qwen2.5-vl-7b", "chatml", qwen),
    ]:
        for sizes in IMAGES:
            content = [IMAGE] * len(sizes) + [text("What is in them?")]
            messages = [
                {"role": "user", "content": content},
                {"role": "assistant", "content": [text("A cat, asleep.")]},
            ]
            prompt = processor.apply_chat_template(messages, tokenize=False)
            images = [Pillow.new("RGB", size) for size in sizes]
            given = [images] if len(images) > 1 else images
            ids = processor(text=[prompt], images=given, return_tensors="np")["input_ids"]
            rows.append({"model": model, "template": template, "sizes": sizes, "length": int(ids.shape[1])})
    return rows


def begun(tokenizer: PreTrainedTokenizerFast) -> list[dict]:
    """Lengths of chats by a processor whose tokenizer writes a token before a text, unless the template has."""
    backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    begin = "<|endoftext|>"
    backend.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A", special_tokens=[(begin, tokenizer.convert_tokens_to_ids(begin))]
    )
    own = PreTrainedTokenizerFast(tokenizer_object=backend, bos_token=begin, eos_token="<|im_end|>")
    rows = []
    for name, template in {"images-first": IMAGES_FIRST, "begun": "{{ bos_token }}" + IMAGES_FIRST}.items():
        processor = LlavaOnevisionProcessor(
            image_processor=LlavaOnevisionImageProcessor(),
            video_processor=LlavaOnevisionVideoProcessor(),
            tokenizer=own,
            num_image_tokens=729,
            vision_feature_select_strategy="full",
            chat_template=template,
        )
        for sizes in [[], *IMAGES]:
            images = [{"type": "image", "image": Pillow.new("RGB", size)} for size in sizes]
            messages = [
                {"role": "user", "content": [*images, text("What is in them?")]},
                {"role": "assistant", "content": [text("A cat, asleep.")]},
            ]
            ids = processor.apply_chat_template(messages, tokenize=True, return_dict=True)["input_ids"][0]
            rows.append({"template": name, "sizes": sizes, "length": len(ids)})
    return rows


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    tokenizer = tiny()
    (OUT / "tokenizer.json").write_text(tokenizer.backend_tokenizer.to_str())
    rows = []
    for name, template in {"chatml": CHATML, "images-first": IMAGES_FIRST, "text-only": TEXT_ONLY}.items():
        for chat, turns in CHATS.items():
            parts = [{"role": role, "content": content} for role, content in turns]
            messages = parts
            if name == "text-only":
                flat = lambda each: each.get("text", f"<{each['type']}>")  # noqa: E731
                messages = [{"role": m["role"], "content": "".join(map(flat, m["content"]))} for m in parts]
            encode = lambda given, prompt: tokenizer.apply_chat_template(  # noqa: E731
                given, chat_template=template, tokenize=True, add_generation_prompt=prompt, return_dict=False
            )
            ids = encode(messages, False)
            labels = 0
            for index, message in enumerate(messages):
                if message["role"] == "assistant":
                    before = len(encode(messages[:index], True))
                    turn = tokenizer.apply_chat_template(
                        messages[: index + 1], chat_template=template, tokenize=False
                    ).rstrip()
                    labels += len(tokenizer(turn, add_special_tokens=False).input_ids) - before
            row = {"template": name, "chat": chat, "messages": parts, "tokens": len(ids)}
            # This template's generation prompt is not how it writes a turn: there is no prefix to subtract.
            rows.append(row if name == "images-first" else {**row, "labels": labels})
    document = {
        "versions": {"transformers": transformers.__version__},
        "templates": {"chatml": CHATML, "images-first": IMAGES_FIRST, "text-only": TEXT_ONLY},
        "rows": rows,
        "processed": processed(tokenizer),
        "begun": begun(tokenizer),
    }
    (OUT / "chats.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
