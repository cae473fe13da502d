"""Orders of LLaVA-NeXT's trainer for samples that are not packed -> packages/data/src/goldens/length-grouped.json.

LLAVA_NEXT names a clone of LLaVA-VL/LLaVA-NeXT; llava/train/llava_trainer.py is read at 0239a00, and of it only the three
functions that order samples. `torch.randperm` is replaced by a permutation that needs no generator.
"""

import ast
import json
import os
import random
import subprocess
import types
from pathlib import Path

COMMIT = "0239a005c855c923b5e80a015e6ba1f7bac4757f"
FUNCTIONS = ("split_to_even_chunks", "get_length_grouped_indices", "get_modality_length_grouped_indices")
OUT = Path(__file__).resolve().parent.parent / "packages" / "data" / "src" / "goldens" / "length-grouped.json"


class Order(list):
    """Stands for a tensor of indexes."""

    def __getitem__(self, key):
        found = super().__getitem__(key)
        return Order(found) if isinstance(key, slice) else found

    def tolist(self):
        return list(self)


def permuted(count, generator=None):
    """Indexes by their product with a prime, which permutes any count below it."""
    return Order(sorted(range(count), key=lambda index: (index + 1) * 7919 % 10007))


def reference():
    show = ["git", "-C", os.environ["LLAVA_NEXT"], "show", f"{COMMIT}:llava/train/llava_trainer.py"]
    tree = ast.parse(subprocess.run(show, check=True, capture_output=True, text=True).stdout)
    kept = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS]
    names = {"torch": types.SimpleNamespace(randperm=permuted)}
    exec(compile(ast.Module(body=kept, type_ignores=[]), "llava_trainer.py", "exec"), names)
    return names


def main():
    names = reference()
    draw = random.Random(5)
    rows = []
    for count, batch, ranks, kind in [
        (16, 2, 4, "mixed"),
        (40, 2, 4, "mixed"),
        (37, 3, 2, "mixed"),
        (64, 4, 4, "media"),
        (33, 4, 2, "text"),
        (9, 1, 1, "mixed"),
        (50, 1, 8, "mixed"),
        (5, 4, 4, "mixed"),
        (2, 2, 2, "mixed"),
    ]:
        signs = {"mixed": (1, -1), "media": (1,), "text": (-1,)}[kind]
        lengths = [draw.choice(signs) * draw.choice([7, draw.randint(1, 900)]) for _ in range(count)]
        if kind == "mixed":
            lengths[0], lengths[1] = abs(lengths[0]), -abs(lengths[1])
        rows.append(
            {
                "lengths": lengths,
                "batchSize": batch,
                "ranks": ranks,
                "byLength": names["get_length_grouped_indices"]([abs(each) for each in lengths], batch, ranks),
                "byModality": names["get_modality_length_grouped_indices"](lengths, batch, ranks),
            }
        )
    OUT.write_text(json.dumps({"source": f"LLaVA-VL/LLaVA-NeXT {COMMIT[:7]}", "rows": rows}) + "\n", encoding="utf-8")


main()
