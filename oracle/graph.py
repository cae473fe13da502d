"""Golden losses, gradients and AdamW steps of torch for the graph package -> packages/graph/src/goldens/torch.json.

A transformer and a small ViT are built from plain torch functions in float64. Their weights are numbers that a short
rule makes, so that the file holds none; of every gradient it keeps its norm, its sum, and a few elements. `check`
reads models that the package has encoded (a folder of .onnx files): the onnx checker must pass, and the onnx
reference evaluator must agree with the outputs stored beside them.

torch 2.13.0, onnx 1.23.1, numpy 2.4.6.
"""

import json
import math
import sys
from pathlib import Path

import numpy
import torch
from torch.nn import functional

GOLDENS = Path(__file__).resolve().parent.parent / "packages" / "graph" / "src" / "goldens"
SAMPLES = 6

TRANSFORMER = {"batch": 2, "seq": 6, "dim": 8, "heads": 2, "layers": 2, "vocabulary": 11}
VIT = {"batch": 2, "image": 8, "patch": 4, "dim": 8, "heads": 2, "layers": 2, "classes": 5}


def spread(count, seed):
    """Numbers in about [-0.7, 0.7]: sin(i * 12.9898 + seed) * 43758.5453, its fraction, shifted."""
    values = numpy.sin(numpy.arange(count, dtype=numpy.float64) * 12.9898 + seed) * 43758.5453
    return (values - numpy.floor(values) - 0.5) * 1.4


def parameter(store, name, shape):
    count = math.prod(shape)
    values = numpy.float32(spread(count, len(store))).astype(numpy.float64)
    store[name] = torch.tensor(values.reshape(shape), requires_grad=True)
    return store[name]


def dense(store, x, name, width):
    return functional.linear(
        x, parameter(store, f"{name}.weight", [width, x.shape[-1]]), parameter(store, f"{name}.bias", [width])
    )


def norm(store, x, name):
    width = x.shape[-1]
    return functional.layer_norm(
        x, [width], parameter(store, f"{name}.weight", [width]), parameter(store, f"{name}.bias", [width]), 1e-5
    )


def block(store, x, name, sizes, causal):
    batch, seq, dim = x.shape
    qkv = dense(store, norm(store, x, f"{name}.norm1"), f"{name}.qkv", 3 * dim)
    q, k, v = (
        each.view(batch, seq, sizes["heads"], -1).transpose(1, 2) for each in qkv.split(dim, dim=-1)
    )
    mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    x = x + dense(store, mixed.transpose(1, 2).reshape(batch, seq, dim), f"{name}.out", dim)
    wide = functional.gelu(dense(store, norm(store, x, f"{name}.norm2"), f"{name}.up", 4 * dim))
    return x + dense(store, wide, f"{name}.down", dim)


def transformer(sizes):
    store = {}
    batch, seq = sizes["batch"], sizes["seq"]
    ids = torch.arange(batch * seq).view(batch, seq) * 7 % sizes["vocabulary"]
    targets = torch.arange(batch * seq).view(batch, seq) * 5 % sizes["vocabulary"]
    targets[0, 1] = targets[1, 4] = -100
    x = functional.embedding(ids, parameter(store, "embedding.weight", [sizes["vocabulary"], sizes["dim"]]))
    x = x + parameter(store, "position", [seq, sizes["dim"]])
    for layer in range(sizes["layers"]):
        x = block(store, x, f"blocks.{layer}", sizes, True)
    logits = dense(store, norm(store, x, "norm"), "head", sizes["vocabulary"])
    loss = functional.cross_entropy(logits.reshape(-1, sizes["vocabulary"]), targets.reshape(-1), reduction="sum")
    return store, loss, {"x": ids, "y": targets}


def vit(sizes):
    store = {}
    batch, image, patch = sizes["batch"], sizes["image"], sizes["patch"]
    pixels = torch.tensor(numpy.float32(spread(batch * 3 * image * image, 100)).astype(numpy.float64))
    targets = torch.arange(batch) * 3 % sizes["classes"]
    kernel = parameter(store, "patch.weight", [sizes["dim"], 3, patch, patch])
    x = functional.conv2d(
        pixels.view(batch, 3, image, image), kernel, parameter(store, "patch.bias", [sizes["dim"]]), stride=patch
    )
    x = x.flatten(2).transpose(1, 2)
    x = x + parameter(store, "position", [x.shape[1], sizes["dim"]])
    for layer in range(sizes["layers"]):
        x = block(store, x, f"blocks.{layer}", sizes, False)
    logits = dense(store, norm(store, x, "norm").mean(1), "head", sizes["classes"])
    loss = functional.cross_entropy(logits, targets, reduction="sum")
    return store, loss, {"y": targets}


def case(name, build, sizes):
    store, loss, inputs = build(sizes)
    loss.backward()
    gradients = {
        key: {
            "norm": value.grad.norm().item(),
            "sum": value.grad.sum().item(),
            "samples": value.grad.flatten()[:: max(1, value.numel() // SAMPLES)][:SAMPLES].tolist(),
        }
        for key, value in store.items()
    }
    return {
        "name": name,
        "sizes": sizes,
        "inputs": {key: value.flatten().tolist() for key, value in inputs.items()},
        "loss": loss.item(),
        "gradients": gradients,
    }


def adamw():
    """Five steps of torch.optim.AdamW in float32 with clipping, on gradients that the same rule makes."""
    value = torch.nn.Parameter(torch.tensor(spread(12, 1), dtype=torch.float32))
    optimizer = torch.optim.AdamW([value], lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, foreach=False)
    steps = []
    for step in range(5):
        value.grad = torch.tensor(spread(12, 2 + step), dtype=torch.float32)
        total = torch.nn.utils.clip_grad_norm_([value], 0.9).item()
        optimizer.step()
        steps.append({"norm": total, "values": value.detach().double().tolist()})
    return {"lr": 0.01, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "decay": 0.1, "clip": 0.9, "steps": steps}


def bilinear():
    rows = []
    for size_from, size_to in [((27, 27), (14, 14)), ((5, 7), (3, 4)), ((3, 2), (5, 6)), ((1, 1), (2, 3))]:
        grid = torch.tensor(spread(2 * math.prod(size_from), 3)).view(1, 2, *size_from)
        out = functional.interpolate(grid, size=size_to, mode="bilinear", align_corners=False)
        rows.append({"from": size_from, "to": size_to, "sum": out.sum().item(), "samples": out.flatten()[:8].tolist()})
    return rows


def write():
    torch.set_num_threads(1)
    golden = {
        "versions": {"torch": torch.__version__.split("+")[0], "numpy": numpy.__version__},
        "models": [case("transformer", transformer, TRANSFORMER), case("vit", vit, VIT)],
        "adamw": adamw(),
        "bilinear": bilinear(),
    }
    GOLDENS.mkdir(parents=True, exist_ok=True)
    path = GOLDENS / "torch.json"
    path.write_text(json.dumps(golden, separators=(",", ":"), allow_nan=False) + "\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size} bytes")


def check(folder):
    """Every model of a folder written by packages/graph/src/testing/write-models.ts."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    for path in sorted(Path(folder).glob("*.onnx")):
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        stored = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        kinds = {value.name: value.type.tensor_type for value in model.graph.input}
        feeds = {
            name: numpy.array(
                stored["feeds"][name], dtype=onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
            ).reshape([dim.dim_value for dim in kind.shape.dim])
            for name, kind in kinds.items()
        }
        results = ReferenceEvaluator(model).run(None, feeds)
        worst = 0.0
        for value, result in zip(model.graph.output, results, strict=True):
            expected = numpy.array(stored["outputs"][value.name]).reshape(result.shape)
            scale = max(1e-3, numpy.abs(expected).max(initial=0))
            worst = max(worst, numpy.abs(result - expected).max(initial=0) / scale)
        assert worst < 1e-4, f"{path.name}: outputs differ by {worst}"
        print(f"{path.name}: checker passes, reference evaluator within {worst:.1e}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        write()
