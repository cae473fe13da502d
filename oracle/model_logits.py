"""Logits as the processors of transformers leave them -> packages/model/src/generate/goldens/logits.json.

Every combination of settings that `generate` builds processors for, over logits with ties. Usage: python model_logits.py
"""

import common
import itertools
import json
import torch
from pathlib import Path
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

OUT = Path(__file__).resolve().parent.parent / "packages/model/src/generate/goldens/logits.json"
VOCABULARY = 48


def processors(**settings):
    """The list that `generate` itself would use."""
    config = GenerationConfig(do_sample=settings.pop("do_sample"), **settings)
    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, **sizes))
    model._prepare_special_tokens(config, kwargs_has_attention_mask=True)
    return model._get_logits_processor(config, input_ids_seq_length=4)


def main():
    generator = torch.Generator().manual_seed(7)
    logits = [torch.randn(1, VOCABULARY, generator=generator) * scale for scale in (1.0, 4.0)]
    # Ties at the edge of a top-k.
    logits.append((logits[0] * 2).round() / 2)
    seen = torch.tensor([[3, 17, 17, 40, 5]])
    rows = []
    for temperature, top_k, top_p, penalty in itertools.product((0, 0.7, 1.0, 1.5), (0, 1, 7), (0.3, 0.9, 1.0), (1.0, 1.3)):
        if temperature == 0 and (top_k, top_p) != (0, 1.0):
            continue
        sampled = {"temperature": temperature, "top_k": top_k, "top_p": top_p} if temperature > 0 else {}
        chain = processors(do_sample=temperature > 0, repetition_penalty=penalty, **sampled)
        for index, each in enumerate(logits):
            # Which of equally likely tokens a top-p keeps is left to torch's sort, which is not stable.
            if index == 2 and top_p < 1:
                continue
            out = chain(seen, each.clone())[0]
            kept = [None if value == -torch.inf else float(f"{float(value):.9g}") for value in out]
            rows.append([temperature, top_k, top_p, penalty, index, kept])
    given = [[float(f"{float(value):.9g}") for value in each[0]] for each in logits]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    body = ",\n".join(common.compact(row) for row in rows)
    head = f'"versions":{common.compact(common.versions())},"seen":{seen[0].tolist()},"logits":{json.dumps(given)}'
    OUT.write_text(f'{{{head},"rows":[\n{body}\n]}}\n', encoding="utf-8")
    print(f"{OUT.name}: {len(rows)} rows, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
