"""What the tokens of a given answer attend to -> packages/model/src/generate/goldens/attention.json.

Weights of every layer, averaged over heads, of the positions that predict the answer's tokens, from `output_attentions` of
transformers' eager attention on a snapshot that model.py made. Usage: python model_attention.py
"""

import common
import json
import torch
from model import CHATS, FAMILIES, asked
from transformers import LlavaOnevisionForConditionalGeneration, LlavaOnevisionProcessor

SNAPSHOT = FAMILIES / "llava-onevision/fixtures/onevision"
OUT = FAMILIES.parent / "generate/goldens/attention.json"
ANSWER = "A ferry, caf\u00e9 12."


def rows(model, processor, chat):
    prompt, inputs = asked(processor, chat)
    start = inputs["input_ids"].shape[1]
    given = processor.tokenizer(ANSWER, add_special_tokens=False, return_tensors="pt").input_ids
    ids = torch.cat([inputs["input_ids"], given], dim=1)
    # The whole must be what its parts are, or there is no such answer.
    assert processor.tokenizer(prompt + ANSWER).input_ids[-given.shape[1] :] == given[0].tolist()
    more = {**inputs, "input_ids": ids, "attention_mask": torch.ones_like(ids)}
    out = model(**more, output_attentions=True)
    weights = [layer[0].mean(0)[start - 1 : ids.shape[1] - 1] for layer in out.attentions]
    return given[0].tolist(), [[[round(float(w), 7) for w in row[: start + at]] for at, row in enumerate(layer)] for layer in weights]


def main():
    model = LlavaOnevisionForConditionalGeneration.from_pretrained(SNAPSHOT, attn_implementation="eager").eval()
    processor = LlavaOnevisionProcessor.from_pretrained(SNAPSHOT)
    chats = []
    with torch.no_grad():
        for label in ["single", "several", "turns"]:
            ids, weights = rows(model, processor, CHATS[label])
            body = {"label": label, "answer": ANSWER, "ids": ids, "weights": weights}
            chats.append(json.dumps(body, separators=(",", ":")))
    versions = common.compact(common.versions())
    lines = ",\n".join(chats)
    OUT.write_text(f'{{"versions":{versions},"chats":[\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
