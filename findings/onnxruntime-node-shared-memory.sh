#!/usr/bin/env bash
# onnxruntime-node 1.30.0: a tensor on a SharedArrayBuffer is accepted when it is made and refused when it is run.
#
# Guess: Float32Array is the documented type of a float32 tensor's data, and one on shared memory is made without a word;
# so threads that share memory can hand their tensors over without a copy. Seen: `run` throws "Invalid argument" (the
# native code asks for an ArrayBuffer), on the same values that it takes from an ordinary Float32Array. Copy before `run`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
ONNXRUNTIME_NODE_INSTALL=skip npm install --silent --no-audit --no-fund onnxruntime-node@1.30.0
cat > seen.cjs << 'JS'
const ort = require("onnxruntime-node");
// y = x + 1 for x of 2x2 floats.
const model = Buffer.from(
	"CAsSCW9uZXZpc2lvbjpjChoKAXgKCmNvbnN0YW50XzESAXkaAXkiA0FkZBIFZ3JhcGgqFBABQgpjb25zdGFudF8xSgQAAIA/WhMKAXgSDgoMCAESCAoCCAIKAggCYhMKAXkSDgoMCAESCAoCCAIKAggCQgQKABAX",
	"base64",
);
async function main() {
	const session = await ort.InferenceSession.create(model);
	const run = async (memory) => {
		const x = new ort.Tensor("float32", new Float32Array(memory), [2, 2]);
		return session.run({ x }).then(({ y }) => [...y.data].join(" "), (error) => `${error.name}: ${error.message}`);
	};
	console.log(`ordinary memory: ${await run(new ArrayBuffer(16))}`);
	console.log(`shared memory: ${await run(new SharedArrayBuffer(16))}`);
}
main();
JS
seen=$(node seen.cjs)
expected='ordinary memory: 1 1 1 1
shared memory: Error: Invalid argument'
printf 'node %s, onnxruntime-node 1.30.0\n%s\n' "$(node --version)" "$seen"
[ "$seen" = "$expected" ] || { echo "changed; before it was:"; echo "$expected"; exit 1; }
