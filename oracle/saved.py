"""Snapshots as transformers saves them again -> saved.json.

A processor loaded from a folder and saved writes every key of its classes, nested in processor_config.json, whatever the
folder held. One snapshot of every model type in configs.json, and of SmolVLM each form it has.
"""

import configs
import json
import tempfile
from common import GOLDENS, compact, versions
from pathlib import Path
from snapshots import load


def saved(files):
    """What `save_pretrained` writes of the processor that these files describe."""
    with tempfile.TemporaryDirectory() as folder:
        load(files, configs.type_of(files)).save_pretrained(folder)
        names = ["processor_config.json", "preprocessor_config.json", "video_preprocessor_config.json"]
        paths = [path for name in names if (path := Path(folder, name)).exists()]
        return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def main():
    snapshots = json.loads((GOLDENS / "configs.json").read_text(encoding="utf-8"))["snapshots"]
    chosen = {}
    for position, snapshot in enumerate(snapshots):
        video = snapshot["files"].get("processor_config.json", {}).get("video_processor", {})
        # glm4v_moe with the frames of GLM-4.6V: the stand-in would be saved as the other processor's class.
        if snapshot["modelType"] == "glm4v_moe" and "Glm46V" in compact(snapshot):
            continue
        chosen.setdefault((snapshot["modelType"], "video_sampling" in video), position)
    lines = [
        compact({"modelType": model_type, "snapshot": position, "files": saved(snapshots[position]["files"])})
        for (model_type, _), position in chosen.items()
    ]
    path = GOLDENS / "saved.json"
    body = ",\n".join(lines)
    path.write_text(f'{{"versions":{compact(versions())},"saved":[\n{body}\n]}}\n', encoding="utf-8")
    print(f"{path.name}: {len(lines)} snapshots, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
