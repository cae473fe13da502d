"""Runs shards of an onevision command on Ray: python driver.py SHARD..."""

import os
import pathlib
import subprocess
import sys
import time

import ray

COMMAND = ["onevision", "profile", "my data.json", "--out", "out dir/launch/shards/{shard}", "--model", "qwen2.5-vl-7b", "--shard", "{shard}/64"]
FOLDER = pathlib.Path("out dir/launch")
CWD = "/data"


class Killed(Exception):
    """The command was ended by a signal: worth another try."""


@ray.remote(num_cpus=4, max_retries=3, retry_exceptions=[Killed])
def run(shard):
    marker = pathlib.Path(CWD) / FOLDER / f"done-{shard}"
    if marker.exists():
        return shard
    attempt = f"{shard}-{time.time_ns()}"
    command = [word.replace("{shard}", str(shard)) for word in COMMAND]
    with open(marker.with_name(f"{shard}.log"), "ab") as log:
        environment = os.environ | {"ONEVISION_ATTEMPT": attempt}
        status = subprocess.run(command, cwd=CWD, env=environment, stdout=log, stderr=log).returncode
    if status < 0:
        raise Killed(f"shard {shard}: signal {-status}")
    if status > 0:
        raise RuntimeError(f"shard {shard}: exit status {status}, see {shard}.log")
    temporary = marker.with_name(f"{marker.name}.{attempt}")
    temporary.touch()
    temporary.rename(marker)
    return shard


ray.init(log_to_driver=False)
waiting = {run.remote(int(shard)): shard for shard in sys.argv[1:]}
failed = 0
while waiting:
    (done, *_), _ = ray.wait(list(waiting), num_returns=1)
    shard = waiting.pop(done)
    try:
        ray.get(done)
        print(f"shard {shard} is done, {len(waiting)} left", flush=True)
    except Exception as error:
        failed += 1
        print(f"shard {shard} failed: {str(error).splitlines()[-1]}", flush=True)
sys.exit(1 if failed else 0)
