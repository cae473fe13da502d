"""The loop that a profile replaces: PIL for each image's size, transformers' helper for its tokens, its chat template
and tokenizer for the text, a record of each sample and medium, and those as Parquet.

Arguments: a folder, and how many samples as JSON with files, as a tar shard and as Parquet. It first makes the sets
there, of distinct images of mixed sizes and formats, each used many times under names of its own, and a byte-level
tokenizer trained on this repository's own pages. Every line in names a set and whether to tokenize; the answer is the
number of visual and text tokens and the processor seconds of the loop.
"""

import io
import json
import os
import random
import sys
import tarfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "oracle"))
from configs import type_of  # noqa: E402  (also registers what importing torchvision needs)
from PIL import Image  # noqa: E402
from snapshots import load  # noqa: E402

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from tokenizers import ByteLevelBPETokenizer  # noqa: E402
from transformers import PreTrainedTokenizerFast  # noqa: E402

FOLDER = Path(sys.argv[1])
COUNTS = dict(zip(("json", "tar", "parquet"), map(int, sys.argv[2:]), strict=True))
FORMATS = ("jpg", "jpg", "jpg", "png", "webp")
SIZES = ((640, 480), (1024, 768), (1920, 1080), (480, 640), (300, 900), (512, 512))
DISTINCT = 300
SPECIAL = ["<|im_start|>", "<|im_end|>", "<image>"]
# ChatML, as Qwen's checkpoints write it.
TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message.role + '\\n'}}{% for part in message.content %}"
    "{% if part.type == 'image' %}{{'<image>'}}{% else %}{{part.text}}{% endif %}{% endfor %}"
    "{{'<|im_end|>\\n'}}{% endfor %}{% if add_generation_prompt %}{{'<|im_start|>assistant\\n'}}{% endif %}"
)


def make_images():
    images = []
    noise = Image.frombytes("RGB", (12, 9), random.randbytes(12 * 9 * 3))
    for index in range(DISTINCT):
        width, height = (side + random.randint(-40, 40) for side in random.choice(SIZES))
        name = FOLDER / f"distinct-{index}.{random.choice(FORMATS)}"
        noise.resize((width, height)).save(name)
        images.append(name)
    return images


def make_sets():
    random.seed(14)
    images = make_images()
    rows = []
    for index in range(COUNTS["json"]):
        source = images[index % len(images)]
        name = f"images/{index // 1000:03}/{index}{source.suffix}"
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(source, FOLDER / name)
        rows.append({"id": str(index), "image": name, "conversations": turns(index)})
    (FOLDER / "set.json").write_text(json.dumps(rows), encoding="utf-8")
    # The distinct images lie there under several names, which a tar file would store as links.
    with tarfile.open(FOLDER / "set.tar", "w", dereference=True) as shard:
        for index in range(COUNTS["tar"]):
            source = images[index % len(images)]
            add(shard, f"{index:06}{source.suffix}", source.read_bytes())
            add(shard, f"{index:06}.json", json.dumps({"conversations": turns(index)}).encode())
    turn = pa.struct({"from": pa.string(), "value": pa.string()})
    image = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    schema = pa.schema({"image": image, "conversations": pa.list_(turn)})
    with pq.ParquetWriter(FOLDER / "set.parquet", schema, compression="NONE", use_dictionary=False) as writer:
        for start in range(0, COUNTS["parquet"], 1000):
            group = [
                {"image": {"bytes": images[index % len(images)].read_bytes(), "path": None}, "conversations": turns(index)}
                for index in range(start, min(start + 1000, COUNTS["parquet"]))
            ]
            writer.write_table(pa.Table.from_pylist(group, schema))


def add(shard, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    shard.addfile(member, io.BytesIO(content))


def make_tokenizer():
    trained = ByteLevelBPETokenizer()
    pages = [str(page) for page in sorted((ROOT / "docs").glob("*.md"))]
    trained.train(pages, vocab_size=16_000, special_tokens=SPECIAL, show_progress=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=trained._tokenizer, chat_template=TEMPLATE)
    tokenizer.save_pretrained(FOLDER / "tokenizer")
    return tokenizer


def turns(index):
    return [
        {"from": "human", "value": f"<image>\nWhat is in image {index}? " + "Look at every corner. " * (index % 9)},
        {"from": "gpt", "value": f"It shows harbor {index} " + "and a boat " * (index % 50)},
    ]


def samples(kind):
    """Name and file or bytes of an image, its size in bytes, and the turns of its sample."""
    if kind == "json":
        for row in json.loads((FOLDER / "set.json").read_text(encoding="utf-8")):
            path = FOLDER / row["image"]
            yield row["image"], path, path.stat().st_size, row["conversations"]
    elif kind == "tar":
        name, image = None, b""
        with tarfile.open(FOLDER / "set.tar") as shard:
            for member in shard:
                content = shard.extractfile(member).read()
                if member.name.endswith(".json"):
                    yield name, io.BytesIO(image), len(image), json.loads(content)["conversations"]
                else:
                    name, image = member.name, content
    else:
        for batch in pq.ParquetFile(FOLDER / "set.parquet").iter_batches(batch_size=1000):
            for row in batch.to_pylist():
                image = row["image"]["bytes"]
                yield "in the row", io.BytesIO(image), len(image), row["conversations"]


ROLES = {"human": "user", "gpt": "assistant"}


def message(turn):
    image, text = turn["value"].startswith("<image>"), turn["value"].removeprefix("<image>")
    content = [{"type": "text", "text": text}]
    return {"role": ROLES[turn["from"]], "content": [{"type": "image"}, *content] if image else content}


def run(kind, processor, tokenizer):
    records, media = [], []
    for index, (name, image, size, conversations) in enumerate(samples(kind)):
        with Image.open(image) as opened:
            width, height = opened.size
            form = opened.format
        visual = processor._get_num_multimodal_tokens(image_sizes=[[height, width]])["num_image_tokens"][0]
        if tokenizer is None:
            text = sum(5 + len(turn["value"].encode()) // 4 for turn in conversations)
        else:
            ids = tokenizer.apply_chat_template([message(turn) for turn in conversations], tokenize=True, return_dict=False)
            text = len(ids) - 1
        records.append({"sample": index, "visual_tokens": visual, "text_tokens": text, "length": visual + text})
        media.append({"sample": index, "name": name, "format": form, "bytes": size, "width": width, "height": height})
    pq.write_table(pa.Table.from_pylist(records), FOLDER / "samples.parquet")
    pq.write_table(pa.Table.from_pylist(media), FOLDER / "media.parquet")
    return [sum(record[key] for record in records) for key in ("visual_tokens", "text_tokens")]


def main():
    fixtures = ROOT / "packages" / "core" / "src" / "snapshot" / "fixtures"
    files = json.loads((fixtures / "llava-onevision-qwen2-7b-ov-hf.json").read_text(encoding="utf-8"))
    processor = load(files, type_of(files))
    make_sets()
    tokenizer = make_tokenizer()
    print("made", flush=True)
    for line in sys.stdin:
        kind, text = line.split()
        start = time.process_time()
        tokens = run(kind, processor, tokenizer if text == "tokenized" else None)
        print(json.dumps([*tokens, time.process_time() - start]), flush=True)


main()
