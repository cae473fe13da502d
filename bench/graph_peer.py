"""PyTorch eager training steps for bench/graph.ts: the same models, AdamW fused, float32, on as many threads as asked.

Arguments: a model's name and sizes as JSON, threads. Each line read is one training step; the answer is its loss and seconds.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, dim, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        batch, seq, dim = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, seq, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, seq, dim))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, *, seq, dim, heads, layers, vocabulary, **_):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.position = nn.Parameter(torch.randn(seq, dim) * 0.02)
        self.blocks = nn.Sequential(*(Block(dim, heads, True) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, vocabulary)

    def forward(self, x):
        return self.head(self.norm(self.blocks(self.embedding(x) + self.position))).flatten(0, 1)


class Vit(nn.Module):
    def __init__(self, *, image, patch, dim, heads, layers, classes, **_):
        super().__init__()
        self.patch = nn.Conv2d(3, dim, patch, patch)
        self.position = nn.Parameter(torch.randn((image // patch) ** 2, dim) * 0.02)
        self.blocks = nn.Sequential(*(Block(dim, heads, False) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, classes)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.position
        return self.head(self.norm(self.blocks(x)).mean(1))


def batch_of(name, sizes):
    if name == "transformer":
        shape = (sizes["batch"], sizes["seq"])
        return torch.randint(0, sizes["vocabulary"], shape), torch.randint(0, sizes["vocabulary"], shape).flatten()
    pixels = torch.randn(sizes["batch"], 3, sizes["image"], sizes["image"])
    return pixels, torch.randint(0, sizes["classes"], (sizes["batch"],))


def main():
    name, sizes, threads = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = {"transformer": Transformer, "vit": Vit}[name](**sizes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    x, y = batch_of(name, sizes)
    for _line in sys.stdin:
        started = time.perf_counter()
        loss = functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(json.dumps({"loss": loss.item(), "seconds": time.perf_counter() - started}), flush=True)


if __name__ == "__main__":
    main()
