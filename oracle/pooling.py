"""Golden outputs of torch's 2-D pooling on feature grids -> pooling.json.

Each case stores its input and output, `[channels][rows][cols]` flattened in that order, as the shortest decimals
that read back as the same float32.
"""

import numpy
import torch
from common import GOLDENS, compact, versions
from sizes import SEED
from torch.nn import functional

BILINEAR = [
    ((24, 24), (12, 12)), ((24, 24), (8, 8)), ((27, 27), (14, 14)), ((27, 27), (9, 9)), ((5, 7), (3, 4)),
    ((1, 9), (1, 5)), ((13, 3), (7, 2)), ((13, 3), (5, 1)), ((1, 1), (1, 1)), ((2, 2), (1, 1)),
    ((4, 6), (2, 3)), ((6, 10), (5, 9)), ((3, 3), (5, 7)), ((8, 8), (8, 8)), ((11, 17), (4, 6)),
    ((9, 30), (7, 23)),
]  # fmt: skip
WINDOWED = [(24, 24), (27, 27), (5, 7), (4, 9), (13, 3), (3, 3), (6, 6)]


def decimals(tensor):
    """Shortest decimals of float32 values."""
    return [float(numpy.format_float_positional(value, unique=True)) for value in tensor.numpy().ravel()]


def random_grid(generator, channels, rows, cols):
    return torch.from_numpy(generator.standard_normal((channels, rows, cols)).astype(numpy.float32))


def case(mode, grid, output, **facts):
    channels, rows, cols = grid.shape
    return {
        "mode": mode,
        **facts,
        "channels": channels,
        "from": {"rows": rows, "cols": cols},
        "to": {"rows": output.shape[1], "cols": output.shape[2]},
        "input": decimals(grid),
        "output": decimals(output),
    }


def main():
    generator = numpy.random.default_rng(SEED)
    cases = []
    for index, ((rows, cols), target) in enumerate(BILINEAR):
        grid = random_grid(generator, 1 + index % 2 if rows * cols > 300 else 1 + index % 3, rows, cols)
        output = functional.interpolate(grid[None], size=target, mode="bilinear", align_corners=False)[0]
        cases.append(case("bilinear", grid, output))
    for rows, cols in WINDOWED:
        for stride in (2, 3):
            grid = random_grid(generator, 1, rows, cols)
            cases.append(case("average", grid, functional.avg_pool2d(grid[None], stride)[0], stride=stride))
            cases.append(case("max", grid, functional.max_pool2d(grid[None], stride)[0], stride=stride))
    path = GOLDENS / "pooling.json"
    lines = ",\n".join(compact(entry) for entry in cases)
    path.write_text(f'{{"versions":{compact(versions())},"cases":[\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
