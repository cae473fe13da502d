/**
 * One training step of bench/graph.ts' transformer in TensorFlow.js (WebAssembly backend, its own gradients and Adam;
 * GELU in its tanh form, since that backend has no erf). Arguments: a folder where @tensorflow/tfjs and
 * @tensorflow/tfjs-backend-wasm are installed, sizes as JSON. Each line read is one step; the answer is its loss and seconds.
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder, sizes] = process.argv.slice(2);
const { batch, seq, dim, heads, layers, vocabulary } = JSON.parse(sizes);
const load = createRequire(join(folder, "package.json"));
// Its greeting and hints would stand between the answers.
console.info = console.warn = () => {};
const tf = load("@tensorflow/tfjs");
load("@tensorflow/tfjs-backend-wasm");
await tf.setBackend("wasm");
await tf.ready();

const variables = [];
function variable(shape, value) {
	const made = tf.variable(
		value === undefined ? tf.randomNormal(shape, 0, 0.02, "float32", 1) : tf.fill(shape, value),
	);
	variables.push(made);
	return made;
}

const pair = (inputs, outputs) => [variable([inputs, outputs]), variable([outputs], 0)];
const scale = () => [variable([dim], 1), variable([dim], 0)];
const [embedding, position] = [variable([vocabulary, dim]), variable([seq, dim])];
const blocks = Array.from({ length: layers }, () => ({
	norm1: scale(),
	qkv: pair(dim, 3 * dim),
	out: pair(dim, dim),
	norm2: scale(),
	up: pair(dim, 4 * dim),
	down: pair(4 * dim, dim),
}));
const [last, head] = [scale(), pair(dim, vocabulary)];

function oneHot(stride) {
	const ids = Array.from({ length: batch * seq }, (_, row) => (row * stride) % vocabulary);
	return tf.cast(tf.oneHot(tf.tensor1d(ids, "int32"), vocabulary), "float32");
}

const [ids, targets] = [oneHot(7), oneHot(5)];
const future = Float32Array.from({ length: seq * seq }, (_, i) => (i % seq > Math.floor(i / seq) ? -1e9 : 0));
const mask = tf.tensor2d(future, [seq, seq]);

const dense = (x, [weight, bias]) => tf.add(tf.matMul(x, weight), bias);

function norm(x, [weight, bias]) {
	const centered = tf.sub(x, tf.mean(x, -1, true));
	const spread = tf.rsqrt(tf.add(tf.mean(tf.mul(centered, centered), -1, true), 1e-5));
	return tf.add(tf.mul(tf.mul(centered, spread), weight), bias);
}

function gelu(x) {
	const inner = tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715));
	return tf.mul(x, tf.sigmoid(tf.mul(inner, 2 * Math.sqrt(2 / Math.PI))));
}

function split(x) {
	return tf.transpose(tf.reshape(x, [batch, seq, heads, dim / heads]), [0, 2, 1, 3]);
}

function loss() {
	let x = tf.add(tf.reshape(tf.matMul(ids, embedding), [batch, seq, dim]), position);
	x = tf.reshape(x, [batch * seq, dim]);
	for (const block of blocks) {
		const [q, k, v] = tf.split(dense(norm(x, block.norm1), block.qkv), 3, 1).map(split);
		const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(dim / heads));
		const mixed = tf.transpose(tf.matMul(tf.softmax(tf.add(scores, mask)), v), [0, 2, 1, 3]);
		x = tf.add(x, dense(tf.reshape(mixed, [batch * seq, dim]), block.out));
		x = tf.add(x, dense(gelu(dense(norm(x, block.norm2), block.up)), block.down));
	}
	const logits = dense(norm(x, last), head);
	return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1)));
}

const optimizer = tf.train.adam(1e-3);
for await (const _line of createInterface({ input: process.stdin })) {
	const started = performance.now();
	const value = optimizer.minimize(loss, true, variables);
	const [result] = await value.data();
	console.log(JSON.stringify({ loss: result, seconds: (performance.now() - started) / 1000 }));
}
process.exit(0);
