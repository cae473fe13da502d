/**
 * Loss and gradients of bench/graph.ts' transformer in jax-js (WebAssembly, jit), without an optimizer. Arguments: a
 * folder where @jax-js/jax is installed, sizes as JSON. Each line read is one step; the answer is its loss and seconds.
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, sizes] = process.argv.slice(2);
const { batch, seq, dim, heads, layers, vocabulary } = JSON.parse(sizes);
// jax-js asks a browser for its devices.
globalThis.navigator ??= {};
const jax = await import(
	pathToFileURL(createRequire(join(folder, "package.json")).resolve("@jax-js/jax")).href
);
const { numpy: np, nn, tree } = jax;
await jax.init();
jax.defaultDevice("wasm");

let state = 1;
function numbers(shape, value) {
	const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).map(() => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return value ?? (state / 2 ** 32 - 0.5) * 0.07;
	});
	return np.array(data, { shape });
}

const pair = (inputs, outputs) => [numbers([inputs, outputs]), numbers([outputs], 0)];
const scale = () => [numbers([dim], 1), numbers([dim], 0)];
const parameters = {
	embedding: numbers([vocabulary, dim]),
	position: numbers([seq, dim]),
	blocks: Array.from({ length: layers }, () => ({
		norm1: scale(),
		qkv: pair(dim, 3 * dim),
		out: pair(dim, dim),
		norm2: scale(),
		up: pair(dim, 4 * dim),
		down: pair(4 * dim, dim),
	})),
	norm: scale(),
	head: pair(dim, vocabulary),
};

function oneHot(stride) {
	const data = new Float32Array(batch * seq * vocabulary);
	for (let row = 0; row < batch * seq; row++) data[row * vocabulary + ((row * stride) % vocabulary)] = 1;
	return np.array(data, { shape: [batch * seq, vocabulary] });
}

const future = new Float32Array(seq * seq).map((_, i) => (i % seq > Math.floor(i / seq) ? -1e9 : 0));
const [ids, targets, mask] = [oneHot(7), oneHot(5), np.array(future, { shape: [seq, seq] })];

// A jax-js array is used up by each call it is handed to; `.ref` keeps one for another.
const dense = (x, [weight, bias]) => np.matmul(x, weight).add(bias);

function norm(x, [weight, bias]) {
	const centered = x.ref.sub(np.mean(x, -1, { keepdims: true }));
	const variance = np.mean(centered.ref.mul(centered.ref), -1, { keepdims: true });
	return centered
		.div(np.sqrt(variance.add(1e-5)))
		.mul(weight)
		.add(bias);
}

function loss(weights, x1, y1, causal) {
	let x = np.matmul(x1, weights.embedding).reshape([batch, seq, dim]).add(weights.position);
	x = x.reshape([batch * seq, dim]);
	for (const block of weights.blocks) {
		const qkv = dense(norm(x.ref, block.norm1), block.qkv).reshape([batch, seq, 3, heads, dim / heads]);
		const [q, k, v] = np
			.split(qkv.transpose([2, 0, 3, 1, 4]), 3, 0)
			.map((each) => each.reshape([batch, heads, seq, dim / heads]));
		const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(dim / heads));
		const mixed = np.matmul(nn.softmax(scores.add(causal.ref), -1), v).transpose([0, 2, 1, 3]);
		x = x.add(dense(mixed.reshape([batch * seq, dim]), block.out));
		x = x.ref.add(dense(nn.gelu(dense(norm(x, block.norm2), block.up)), block.down));
	}
	causal.dispose();
	const logits = dense(norm(x, weights.norm), weights.head);
	return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(y1), -1)).mul(-1);
}

const step = jax.jit(jax.valueAndGrad(loss));
for await (const _line of createInterface({ input: process.stdin })) {
	const started = performance.now();
	const [value, gradients] = step(tree.ref(parameters), ids.ref, targets.ref, mask.ref);
	const [result] = await value.data();
	for (const leaf of tree.leaves(gradients)) await leaf.data();
	console.log(JSON.stringify({ loss: result, seconds: (performance.now() - started) / 1000 }));
}
process.exit(0);
