"""What every oracle script shares: blank media, a stand-in tokenizer, the sizes tried, and the golden writer.

Token counts depend on sizes only, so media are blank. Images and videos are tensors on torch's "meta" device,
which run the processor's own code without pixels; `Golden.images` repeats some sizes with real pixels and stops
if the counts differ.
"""

import json
import re
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import torch

torch.set_num_threads(1)
warnings.filterwarnings("ignore")


def _define_missing_torchvision_operators():
    """A torchvision built for another torch cannot load its operators; importing it needs their schemas only."""
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


try:
    import torchvision
except RuntimeError:
    _LIBRARY = _define_missing_torchvision_operators()
    import torchvision  # noqa: F401

import numpy
import PIL.Image
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from sizes import SIZES, ordinary

transformers.logging.set_verbosity_error()

CORE = Path(__file__).resolve().parent.parent / "packages" / "core" / "src"
# Of several families. Those of one are in families/<id>/goldens; a new file starts here and is moved there once.
GOLDENS = CORE / "goldens"


# --- media and tokenizer ---------------------------------------------------------------------------------------


def blank_image(width, height, device="meta"):
    """A black image, uint8 [3, height, width]."""
    return torch.zeros((3, height, width), dtype=torch.uint8, device=device)


def blank_pil_image(width, height):
    """A black Pillow image, for processors that accept nothing else."""
    return PIL.Image.new("RGB", (width, height))


def blank_video(width, height, frames, device="meta"):
    """A black video, uint8 [frames, 3, height, width]."""
    return torch.zeros((frames, 3, height, width), dtype=torch.uint8, device=device)


def make_tokenizer(named=None, plain=()):
    """A tokenizer of single characters plus the special tokens a processor asks for.

    `named` are special tokens the processor reads as attributes (`image_token`); `plain` are other whole tokens.
    """
    characters = [chr(code) for code in range(32, 127)] + ["\n"]
    vocabulary = {token: index for index, token in enumerate(["<unk>", "<pad>", "<s>", "</s>", *characters])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    backend.add_tokens([AddedToken(token, special=True, normalized=False) for token in plain])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        extra_special_tokens=dict(named or {}),
        clean_up_tokenization_spaces=False,
    )


@dataclass
class Expansion:
    """What a processor made of one prompt: every token, and how often each occurs."""

    tokens: list[str]

    def count(self, *wanted):
        counts = Counter(self.tokens)
        return sum(counts[token] for token in wanted)

    @property
    def text(self):
        """The prompt with runs written as `token×n`, so that it stays short."""
        runs = []
        for token in self.tokens:
            if runs and runs[-1][0] == token and len(token) > 1:
                runs[-1][1] += 1
            else:
                runs.append([token, 1])
        return "".join(token if times == 1 else f"{token}×{times}" for token, times in runs)


def expand(processor, text, **inputs):
    """Runs `processor` and returns its expanded prompt; `text` is a string, or a list for batched processors."""
    output = processor(text=text, **inputs)
    ids = output["input_ids"]
    row = (
        ids[0]
        if isinstance(ids, list) and isinstance(ids[0], list) or hasattr(ids, "dim") and ids.dim() == 2
        else ids
    )
    return Expansion(
        processor.tokenizer.convert_ids_to_tokens(row if isinstance(row, list) else row.tolist())
    )


def measure_prompt(processor, prompt, token, nested=False, real=False, **inputs):
    """Counts `token` and everything that stands where the placeholder stood; `real` for code that reads values."""

    def measure(width, height, device):
        image = blank_image(width, height, "cpu" if real else device)
        expansion = expand(processor, prompt, images=[[image]] if nested else [image], **inputs)
        return [expansion.count(token), len(expansion.tokens)]

    return measure


# --- goldens ---------------------------------------------------------------------------------------------------


def versions():
    return {
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "pillow": PIL.__version__,
        "numpy": numpy.__version__,
    }


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Golden:
    """The rows of one family; `write` puts them into its `<family>.json`, one line per eight rows."""

    def __init__(self, family):
        self.family = family
        self.groups = []
        self.notes = []

    def add(self, name, *, checkpoint, constants, source, kind, columns, rows, settings=None, refused=None):
        """`refused` are inputs the reference raises an error for, as rows without results."""
        assert rows or refused, f"{self.family}/{name} is empty"
        assert all(len(row) == len(columns) for row in rows), (
            f"{self.family}/{name}: rows do not match columns"
        )
        group = {
            "name": name,
            "checkpoint": checkpoint,
            "constants": constants,
            "settings": settings or {},
            "source": source,
            "kind": kind,
            "columns": list(columns),
            "rows": rows,
        }
        if refused:
            group["refused"] = refused
        self.groups.append(group)

    def images(self, name, measure, *, columns=("tokens",), sizes=SIZES, real=6, **facts):
        """Rows of single images: `measure(width, height, device)` gives the columns, an error makes it refused."""
        rows, refused = [], []
        for width, height in sizes:
            try:
                rows.append([width, height, *measure(width, height, "meta")])
            except (ValueError, ZeroDivisionError, RuntimeError) as error:
                if "meta" in str(error):
                    raise
                refused.append([width, height])
                self.notes.append(f"{name} {width}x{height}: {type(error).__name__}: {str(error)[:90]}")
        self._repeat_with_pixels(name, rows, measure, real)
        self.add(
            name,
            source="processor",
            kind="image",
            columns=["width", "height", *columns],
            rows=rows,
            refused=refused,
            **facts,
        )
        return rows

    def _repeat_with_pixels(self, name, rows, measure, real):
        cheap = set(ordinary([(row[0], row[1]) for row in rows], pixels=1_200_000))
        for row in [row for row in rows if (row[0], row[1]) in cheap][:real]:
            again = [row[0], row[1], *measure(row[0], row[1], "cpu")]
            assert again == row, f"{self.family}/{name}: {row} without pixels, {again} with"

    def helper(self, name, counts, processor_rows, *, sizes, column=2, **facts):
        """Rows from a helper `counts(sizes) -> list`, unless it disagrees with the processor's own rows."""
        known = [(row[0], row[1]) for row in processor_rows]
        different = [
            (row[0], row[1], row[column], count)
            for row, count in zip(processor_rows, counts(known), strict=True)
            if row[column] != count
        ]
        if different:
            self.notes.append(
                f"{name}: helper left out, {len(different)} of {len(known)} differ, e.g. {different[:3]}"
            )
            return
        self.notes.append(f"{name}: helper equals the processor on {len(known)} sizes")
        rows = [[width, height, count] for (width, height), count in zip(sizes, counts(sizes), strict=True)]
        self.add(
            name, source="helper", kind="image", columns=["width", "height", "tokens"], rows=rows, **facts
        )

    def write(self):
        lines = [f'{{"versions":{compact(versions())},"groups":[']
        for position, group in enumerate(self.groups):
            head = {key: value for key, value in group.items() if key != "rows"}
            lines.append(f'{compact(head)[:-1]},"rows":[')
            chunks = [group["rows"][start : start + 8] for start in range(0, len(group["rows"]), 8)]
            lines.extend(
                ",".join(compact(row) for row in chunk) + ("," if index < len(chunks) - 1 else "")
                for index, chunk in enumerate(chunks)
            )
            lines.append("]}" + ("," if position < len(self.groups) - 1 else ""))
        lines.append("]}")
        name = f"{self.family}.json"
        path = next(CORE.glob(f"families/*/goldens/{name}"), GOLDENS / name)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        json.loads(path.read_text(encoding="utf-8"))
        total = sum(len(group["rows"]) for group in self.groups)
        print(f"{path.name}: {len(self.groups)} groups, {total} rows, {path.stat().st_size} bytes")
        for note in summary(self.notes):
            print(f"  {note}")


def summary(notes):
    """Refusals with one message are shown once with their count."""
    kinds = Counter(re.sub(r"\d+(\.\d+)?", "N", note) for note in notes)
    shown = set()
    for note in notes:
        kind = re.sub(r"\d+(\.\d+)?", "N", note)
        if kind not in shown:
            shown.add(kind)
            yield note if kinds[kind] == 1 else f"{note} (and {kinds[kind] - 1} like it)"


def helper_counts(processor, key="num_image_tokens"):
    """`processor._get_num_multimodal_tokens` as a function of (width, height) pairs."""

    def counts(sizes):
        return list(processor._get_num_multimodal_tokens(image_sizes=[[h, w] for w, h in sizes])[key])

    return counts
