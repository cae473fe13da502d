#!/bin/bash
#SBATCH --job-name=onevision
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --chdir="/data"
#SBATCH --output="out dir/launch/%a.log"
#SBATCH --partition=cpu
set -e
shard=$SLURM_ARRAY_TASK_ID
marker='out dir/launch'/done-$shard
if [ -e "$marker" ]; then exit 0; fi
export ONEVISION_ATTEMPT="$shard-${SLURM_RESTART_COUNT:-0}"
node '/opt/it'\''s/onevision.js' profile 'my data.json' --out "out dir/launch/shards/$shard" --model qwen2.5-vl-7b --shard "$shard/64"
touch "$marker.$ONEVISION_ATTEMPT"
mv "$marker.$ONEVISION_ATTEMPT" "$marker"
