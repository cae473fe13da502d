"""PyTorch eager for bench/model.ts: layers of transformers' SigLIP and Qwen2, random weights, float32, SDPA.

Arguments: tower, prefill or decode; sizes as JSON; tokens; threads. Each line read is one run; the answer is its seconds.
"""

import json
import sys
import time

import torch

try:
    import torchvision
except RuntimeError:
    # A torchvision built for another torch cannot load its operators; transformers needs to import it.
    LIBRARY = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        LIBRARY.define(f"{operator}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    import torchvision  # noqa: F401

from transformers import DynamicCache, Qwen2Config, Qwen2Model, SiglipVisionConfig
from transformers.models.siglip.modeling_siglip import SiglipEncoder


def tower(sizes, tokens):
    config = SiglipVisionConfig(
        hidden_size=sizes["width"],
        intermediate_size=sizes["mlp"],
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["heads"],
        hidden_act="gelu_pytorch_tanh",
        attn_implementation="sdpa",
    )
    encoder = SiglipEncoder(config).eval()
    x = torch.randn(1, tokens, sizes["width"])
    return lambda: encoder(inputs_embeds=x)


def qwen2(sizes):
    config = Qwen2Config(
        hidden_size=sizes["width"],
        intermediate_size=sizes["mlp"],
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["heads"],
        num_key_value_heads=sizes["kvHeads"],
        vocab_size=sizes["vocabulary"],
        max_position_embeddings=32768,
        attn_implementation="sdpa",
    )
    return Qwen2Model(config).eval()


def prefill(sizes, tokens):
    model = qwen2(sizes)
    x = torch.randn(1, tokens, sizes["width"]) * 0.02
    return lambda: model(inputs_embeds=x, use_cache=True)


def decode(sizes, tokens):
    model = qwen2(sizes)
    cache = DynamicCache()
    model(inputs_embeds=torch.randn(1, tokens, sizes["width"]) * 0.02, past_key_values=cache, use_cache=True)
    x = torch.randn(1, 1, sizes["width"]) * 0.02

    def step():
        model(inputs_embeds=x, past_key_values=cache, use_cache=True)

    # Every run is after the same number of tokens.
    step.after = lambda: cache.crop(-1)
    return step


@torch.inference_mode()
def main():
    name, sizes, tokens, threads = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    run = {"tower": tower, "prefill": prefill, "decode": decode}[name](sizes, tokens)
    for _line in sys.stdin:
        started = time.perf_counter()
        run()
        print(time.perf_counter() - started, flush=True)
        getattr(run, "after", lambda: None)()


if __name__ == "__main__":
    main()
