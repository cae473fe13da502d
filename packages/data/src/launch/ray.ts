/**
 * Ray: a driver that runs each shard as a task. A worker that is killed is retried by Ray; a command that was killed
 * raises an error that is retried; a command that refuses its arguments is not. As of Ray 2.58.
 */

import { pythonLiteral } from "../export/shell.ts";
import { type Jobs, SHARD } from "./jobs.ts";

/** The driver, which takes the numbers of the shards as arguments. */
export function rayDriver(
	jobs: Jobs,
	program: readonly string[],
	{ cwd, cpus }: { readonly cwd: string; readonly cpus: number },
): string {
	return `"""Runs shards of an onevision command on Ray: python driver.py SHARD..."""

import os
import pathlib
import subprocess
import sys
import time

import ray

COMMAND = ${pythonLiteral([...program, ...jobs.shardArgs])}
FOLDER = pathlib.Path(${pythonLiteral(jobs.folder)})
CWD = ${pythonLiteral(cwd)}


class Killed(Exception):
    """The command was ended by a signal: worth another try."""


@ray.remote(num_cpus=${cpus}, max_retries=3, retry_exceptions=[Killed])
def run(shard):
    marker = pathlib.Path(CWD) / FOLDER / f"done-{shard}"
    if marker.exists():
        return shard
    attempt = f"{shard}-{time.time_ns()}"
    command = [word.replace(${pythonLiteral(SHARD)}, str(shard)) for word in COMMAND]
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
`;
}
