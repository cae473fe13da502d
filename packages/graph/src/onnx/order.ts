/**
 * The order in which onnxruntime runs a model. It walks back from the nodes whose results nobody reads, the last in the
 * file first, and runs what each of them needs. With the gradients of the last layers at the end of the file a weight's
 * gradient is computed next to that of its layer's input, while what both read is in the cache; otherwise all weights'
 * gradients would come at the end, from memory.
 */

import type { Value } from "../graph.ts";
import type { Written } from "./written.ts";

/** `nodes`, each after those it reads from; those that nobody reads last, and the first of them at the very end. */
export function inRunningOrder(nodes: readonly Written[]): readonly Written[] {
	const read = new Set<Value | undefined>(nodes.flatMap(({ inputs }) => inputs));
	const [inner, ends] = [[], []] as [Written[], Written[]];
	for (const node of sorted(nodes)) (node.outputs.some((value) => read.has(value)) ? inner : ends).push(node);
	return [...inner, ...ends.reverse()];
}

/** Each node after those it reads from, otherwise in the order given. */
function sorted(nodes: readonly Written[]): Written[] {
	const makers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
	const done = new Set<Written>();
	const open = [...nodes].reverse();
	while (open.length > 0) {
		const node = open.at(-1) as Written;
		const missing = node.inputs.flatMap((value) => {
			const maker = value === undefined ? undefined : makers.get(value);
			return maker === undefined || done.has(maker) ? [] : [maker];
		});
		if (missing.length > 0) open.push(...missing);
		else done.add(open.pop() as Written);
	}
	return [...done];
}
