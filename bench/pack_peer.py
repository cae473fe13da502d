"""Packs a file of 32-bit lengths with trl or LLaVA-OneVision-2's s3_bin_packing; the last line is JSON, as in pack.ts.

Arguments: peer, file, capacity. s3_bin_packing is read from the clone that LLAVA_ONEVISION_2 names, at 2c3c25e. Only the
packing is timed: not reading lengths, nor storing packs.
"""

import contextlib
import importlib.util
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

COMMIT = "2c3c25e"


def timed(act):
    start = time.process_time(), time.perf_counter()
    result = act()
    return result, time.process_time() - start[0], time.perf_counter() - start[1]


def trl(lengths, capacity):
    """(run, packs, tokens): a column of tokens of these lengths, packed per 1,000 rows as `pack_dataset` does it."""
    import datasets
    import pyarrow as pa
    from trl.data_utils import pack_dataset

    datasets.disable_progress_bars()
    datasets.disable_caching()
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
    tokens = pa.ListArray.from_arrays(offsets, pa.array(np.zeros(int(lengths.sum()), np.int8)))
    rows = datasets.Dataset(pa.table({"input_ids": tokens}))
    packed, processor, wall = timed(lambda: pack_dataset(rows, capacity, strategy="bfd"))
    return processor, wall, len(packed), int(lengths.sum())


def s3_bin_packing(lengths, capacity):
    """Its fast way, with sortedcontainers, without a limit on samples."""
    clone = os.environ.get("LLAVA_ONEVISION_2")
    if clone is None:
        raise SystemExit("LLAVA_ONEVISION_2 names no clone of EvolvingLMMs-Lab/LLaVA-OneVision-2")
    show = ["git", "-C", clone, "show", f"{COMMIT}:offline_packing/s3_bin_packing.py"]
    source = subprocess.run(show, check=True, capture_output=True).stdout
    with tempfile.NamedTemporaryFile(suffix=".py") as file:
        file.write(source)
        file.flush()
        spec = importlib.util.spec_from_file_location("s3_bin_packing", file.name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    if not module._HAS_SORTED_CONTAINERS:
        raise SystemExit("sortedcontainers is not installed, and without it s3_bin_packing takes quadratic time")
    packer = module.BinPacker(capacity, 10**9)
    packer.token_data = {f"{index:09d}": int(length) for index, length in enumerate(lengths)}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        bins, processor, wall = timed(lambda: packer._pack_optimized("bfd"))
    return processor, wall, len(bins), int(sum(int(each["l"].sum()) for each in bins))


PEERS = {"trl": trl, "s3_bin_packing": s3_bin_packing}


def main():
    name, file, capacity = sys.argv[1:]
    processor, wall, packs, tokens = PEERS[name](np.fromfile(file, np.uint32), int(capacity))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"processor": processor, "wall": wall, "packs": packs, "tokens": tokens, "memory": memory}))


main()
