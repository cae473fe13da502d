/** Graphs as text: a dump with one line per node, and a Mermaid flowchart. */

import { numbersOf } from "@onevision/base";
import type { Outputs } from "./onnx/model.ts";
import { leavesFor, nodesFor } from "./prune.ts";
import { formatDims } from "./shape.ts";
import type { Node, Value } from "./value.ts";

/** Most elements of a constant that is printed in full. */
const MAX_SHOWN = 8;

function typeText({ dtype, dims }: Value): string {
	return `${dtype}${formatDims(dims)}`;
}

/** The elements of a small constant, else the value's name. */
function operandText(value: Value | undefined): string {
	if (value === undefined) return "·";
	const constant = value.graph.constantOf(value);
	if (constant === undefined || constant.data.length > MAX_SHOWN) return value.name;
	const numbers = Array.from(numbersOf(constant), (number) => `${Number(number.toPrecision(7))}`);
	return value.shape.length === 0 ? (numbers[0] ?? "") : `[${numbers.join(", ")}]`;
}

function attributesText(node: Node): string {
	const entries = Object.entries(node.attributes).filter(([, value]) => value !== undefined);
	if (entries.length === 0) return "";
	return ` {${entries.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")}}`;
}

/** One line per input, parameter, large constant, node and output that `outputs` depend on. */
export function textOf(outputs: Outputs): string {
	const values = Object.values(outputs);
	const leaves = leavesFor(values)
		.filter((value) => value.kind !== "constant" || operandText(value) === value.name)
		.map((value) => `${value.kind} ${value.name}: ${typeText(value)}`);
	const nodes = nodesFor(values).map((node) => {
		const outputs = node.outputs.map((value) => `${value.name}: ${typeText(value)}`).join(", ");
		return `${outputs} = ${node.op}(${node.inputs.map(operandText).join(", ")})${attributesText(node)}`;
	});
	const named = Object.entries(outputs).map(([name, value]) => `output ${name} = ${value.name}`);
	return `${[...leaves, ...nodes, ...named].join("\n")}\n`;
}

/** A Mermaid flowchart: nodes by operator, edges with shapes. Small constants are omitted. */
export function mermaidOf(outputs: Outputs): string {
	const values = Object.values(outputs);
	const ids = new Map<Value, string>();
	const lines = ["flowchart TD"];
	for (const value of leavesFor(values)) {
		if (value.kind === "constant" && operandText(value) !== value.name) continue;
		ids.set(value, `v${ids.size}`);
		lines.push(`\t${ids.get(value)}(["${escaped(value.name)}<br>${escaped(typeText(value))}"])`);
	}
	nodesFor(values).forEach((node, index) => {
		lines.push(`\tn${index}["${node.op}"]`);
		for (const input of node.inputs) {
			const from = input === undefined ? undefined : ids.get(input);
			if (from !== undefined)
				lines.push(`\t${from} -->|"${escaped(formatDims((input as Value).dims))}"| n${index}`);
		}
		for (const output of node.outputs) ids.set(output, `n${index}`);
	});
	Object.entries(outputs).forEach(([name, value], index) => {
		lines.push(`\t${ids.get(value) ?? "constant"} --> o${index}(["${escaped(name)}"])`);
	});
	return `${lines.join("\n")}\n`;
}

/** Escapes what would end a Mermaid label. */
function escaped(text: string): string {
	return text.replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;");
}
