"""Checks a folder that `onevision export PACKS --to energon` wrote against the code that reads it.

    python oracle/energon.py FOLDER LLAVA_ONEVISION_2 MEGATRON_ENERGON

The last two are checkouts of EvolvingLMMs-Lab/LLaVA-OneVision-2 (2c3c25e) and NVIDIA/Megatron-Energon (bef8be2); their
code runs from there. Indexes must be those that Energon's preparation makes, and our sample_loader.py must give what
LLaVA-OneVision-2's own makes of every pack; its training asks for as many prompts as captions of each sample.
"""

import ast
import json
import re
import struct
import subprocess
import sys
import tarfile
import yaml
from pathlib import Path


def show(repository, path):
    command = ["git", "-C", repository, "show", f"HEAD:{path}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run_names(source, names, scope):
    """Some functions and constants of a file, run from its own source."""
    tree = ast.parse(source)
    named = (ast.FunctionDef, ast.ClassDef)
    tree.body = [
        node
        for node in tree.body
        if (isinstance(node, named) and node.name in names)
        or (isinstance(node, ast.Assign) and node.targets[0].id in names)
    ]
    exec(compile(tree, "reference", "exec"), scope)
    return [scope[name] for name in names]


def expected_index(path, split_name, skip_meta):
    """What Energon's preparation appends to the index: the first header of each sample, and the end."""
    offsets, last = [], None
    with tarfile.open(path) as tar:
        for member in tar:
            match = None if skip_meta.match(member.name) else split_name.match(member.name)
            if member.isreg() and match is not None and match.group(1) != last:
                last = match.group(1)
                offsets.append(member.offset)
        offsets.append(tar.offset)
    return offsets


def samples_of(path):
    """Raw fields of each tar sample, its JSON decoded, as Energon hands them to a loader."""
    samples = {}
    with tarfile.open(path) as tar:
        for member in tar:
            key, field = member.name.split(".", 1)
            content = tar.extractfile(member).read()
            samples.setdefault(key, {})[field] = json.loads(content) if field == "json" else content
    return [{"__key__": key, "__restore_key__": (key,), **fields} for key, fields in samples.items()]


def main(folder, onevision, energon):
    folder = Path(folder)
    config = show(energon, "src/megatron/energon/flavors/webdataset/config.py")
    split_name, skip_meta = run_names(config, ["split_name_re", "skip_meta_re"], {"re": re})
    source = show(onevision, "offline_packing/s5_convert_to_webdataset.py")
    (generate,) = run_names(source, ["generate_sample_loader_code"], {})
    theirs, ours = {}, {}
    exec(generate(), theirs)
    exec((folder / ".nv-meta/sample_loader.py").read_text(), ours)
    info = json.loads((folder / ".nv-meta/.info.json").read_text())
    assert info == yaml.safe_load((folder / ".nv-meta/.info.yaml").read_text())
    split = yaml.safe_load((folder / ".nv-meta/split.yaml").read_text())
    shards = [name for part in split["split_parts"].values() for name in part]
    assert sorted(shards) == sorted(info["shard_counts"]) == sorted(path.name for path in folder.glob("*.tar"))
    keys, packed, images = set(), 0, 0
    for name in shards:
        data = (folder / f"{name}.idx").read_bytes()
        index = list(struct.unpack(f"<{len(data) // 8}Q", data))
        assert index == expected_index(folder / name, split_name, skip_meta), name
        samples = samples_of(folder / name)
        assert len(samples) == len(index) - 1 == info["shard_counts"][name]
        for fields in samples:
            assert fields["__key__"] not in keys
            keys.add(fields["__key__"])
            loaded = ours["sample_loader"](dict(fields))
            assert loaded == theirs["sample_loader"](dict(fields)), fields["__key__"]
            pairs = zip(loaded["prompts"], loaded["captions"], loaded["images"], strict=True)
            for prompts, captions, own in pairs:
                assert len(prompts) == len(captions)
                assert sum(prompt.count("<image>") for prompt in prompts) == len(own)
                packed, images = packed + 1, images + len(own)
    print(f"{len(shards)} shards, {len(keys)} packs, {packed} samples, {images} images: as the references read them")


if __name__ == "__main__":
    main(*sys.argv[1:])
