#!/usr/bin/env bash
# `onevision launch --on slurm` for real, on one machine: needs slurm-wlm (22.05), runs on loopback in a folder of its own.
# The node is killed while shards run; they are requeued, and the merged profile must be that of one process.
# Usage: bash bench/launch-slurm.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/state" "$work/spool"
cat > "$work/slurm.conf" << CONF
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/d.pid
SlurmctldLogFile=$work/ctld.log
SlurmdLogFile=$work/d.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=30
KillWait=3
MinJobAge=20
CompleteWait=0
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000
PartitionName=test Nodes=localhost Default=YES
CONF
export SLURM_CONF=$work/slurm.conf
slurmctld -D -f "$SLURM_CONF" & pids+=($!)
slurmd -D -f "$SLURM_CONF" -N localhost & node=$!; pids+=($node)
for _ in $(seq 30); do sinfo -h -o %t 2> /dev/null | grep -q idle && break; sleep 1; done
python3 - "$work/set.jsonl" << 'PY'
import json, sys
with open(sys.argv[1], "w") as out:
    for i in range(200_000):
        turns = [{"from": "human", "value": f"Question {i}?"}, {"from": "gpt", "value": "word " * (i % 90)}]
        out.write(json.dumps({"id": str(i), "conversations": turns}) + "\n")
PY
cd "$work"
onevision="node $root/packages/cli/bin/onevision.js"
$onevision profile set.jsonl --format llava --out whole > whole.txt
# Every first attempt of a shard dawdles past the time after which its node is given up, and then runs beside its second.
cat > slow.sh << SLOW
#!/bin/sh
[ "\${SLURM_RESTART_COUNT:-0}" = 0 ] || touch "$work/requeued-\$SLURM_ARRAY_TASK_ID"
if [ "\${SLURM_RESTART_COUNT:-0}" = 0 ] && [ -n "\${SLURM_ARRAY_TASK_ID:-}" ]; then sleep 75; fi
exec $onevision "\$@"
SLOW
chmod +x slow.sh
$onevision launch --on slurm --shards 4 --program "$work/slow.sh" -- profile set.jsonl --format llava --out merged > merged.txt & job=$!
for _ in $(seq 60); do squeue -h -t R | grep -q . && break; sleep 1; done
sleep 4
kill -9 "$node"
# The controller gives the node up after SlurmdTimeout and requeues what ran there.
for _ in $(seq 120); do sinfo -h -o %t | grep -q down && break; sleep 1; done
slurmd -D -f "$SLURM_CONF" -N localhost & pids+=($!)
wait "$job"
requeued=$(find . -maxdepth 1 -name 'requeued-*' | wc -l)
[ "$requeued" -gt 0 ] || { echo "no task was requeued"; exit 1; }
cmp <(cat whole/parts/samples-*.parquet) <(cat merged/parts/samples-*.parquet)
echo "the merged profile has the bytes of one process; $requeued tasks were requeued"
