"""Small Parquet sets as datasets and pyarrow write them, for packages/data.

Writes packages/data/src/goldens/parquet/*.parquet. Run: python oracle/parquet_sets.py
"""

import io
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features, Image, List, Value
from PIL import Image as Pillow

OUT = Path(__file__).parent.parent / "packages/data/src/goldens/parquet"


def image(width: int, height: int, form: str = "PNG") -> dict:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), (width, height, 0)).save(buffer, form)
    return {"bytes": buffer.getvalue(), "path": None}


def chat(question: str, answer: str) -> list[dict]:
    return [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]


def look(images: int) -> list[dict]:
    parts = [{"type": "image", "text": None}] * images + [{"type": "text", "text": "Look"}]
    return [
        {"role": "user", "content": parts},
        {"role": "assistant", "content": [{"type": "text", "text": "Seen"}]},
    ]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    single = {
        "id": [f"r{i}" for i in range(5)],
        "image": [image(40, 30), None, image(64, 64, "JPEG"), image(12, 13), image(10, 20)],
        "conversations": [
            chat("<image>\nWhat?", "A."),
            chat("Hi", "Ho"),
            chat("<image>", "B"),
            chat("<image>", "C"),
            chat("<image>", "D"),
        ],
    }
    turns = List({"from": Value("string"), "value": Value("string")})
    features = Features({"id": Value("string"), "image": Image(), "conversations": turns})
    datasets.Dataset.from_dict(single, features=features).to_parquet(OUT / "single.parquet")
    multi = {
        "messages": [look(2), look(0), look(0), look(3)],
        "images": [
            [image(8, 8), image(9, 9)],
            [],
            None,
            [image(1, 1), image(2, 2), image(3, 3)],
        ],
    }
    parts = List({"type": Value("string"), "text": Value("string")})
    features = Features(
        {"messages": List({"role": Value("string"), "content": parts}), "images": List(Image())}
    )
    datasets.Dataset.from_dict(multi, features=features).to_parquet(OUT / "multi.parquet")
    table = pq.read_table(OUT / "single.parquet")
    options = {
        "snappy": {"row_group_size": 2, "compression": "snappy", "data_page_version": "2.0"},
        "zstd": {"row_group_size": 3, "compression": "zstd"},
        "v2": {"compression": "none", "use_dictionary": False, "data_page_version": "2.0"},
        "pages": {"compression": "none", "use_dictionary": False, "data_page_size": 64, "write_batch_size": 1},
    }
    for name, each in options.items():
        pq.write_table(table, OUT / f"{name}.parquet", **each)
    pq.write_table(pa.table({"a": [1, 2]}), OUT / "other.parquet")
    # A path without bytes, as `datasets` keeps it when files are not embedded.
    struct = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    rows = pa.array([{"bytes": None, "path": "b/c.png"}, None], type=struct)
    pq.write_table(pa.table({"image": rows, "text": ["A", "B"]}), OUT / "path.parquet")
    pq.write_table(pa.table({"file_name": ["a.png", "b.png"], "text": ["A", "B"]}), OUT / "folder.parquet")


if __name__ == "__main__":
    main()
