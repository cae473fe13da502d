/** Tensors to a safetensors file: whole or not at all, what they were made from in its metadata. */

import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { OnevisionError } from "@onevision/core";
import { type SafetensorsEntry, safetensorsParts } from "@onevision/graph";
import { writeWhole } from "@onevision/graph/node";
import type { Tensor, Tensors } from "@onevision/media";
import type { Terminal } from "../terminal.ts";

const DTYPES = { float32: "F32", float16: "F16", bfloat16: "BF16", int64: "I64" } as const;

function entryOf({ dtype, shape, data }: Tensor): SafetensorsEntry {
	const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	return { dtype: DTYPES[dtype], shape, bytes };
}

/** Bytes written. Makes the folder where there is none. Throws `unreadable-file` where nothing can be written. */
export async function writeTensors(
	terminal: Terminal,
	out: string,
	tensors: Tensors,
	metadata: Readonly<Record<string, unknown>>,
): Promise<number> {
	const entries = Object.entries(tensors).map(([name, tensor]) => [name, entryOf(tensor)] as const);
	// The format keeps texts only: what is more is JSON.
	const texts = Object.entries(metadata).map(([key, value]) => [
		key,
		typeof value === "string" ? value : JSON.stringify(value),
	]);
	const parts = safetensorsParts({ tensors: new Map(entries), metadata: Object.fromEntries(texts) });
	const file = resolve(terminal.cwd, out);
	try {
		await mkdir(dirname(file), { recursive: true });
		await writeWhole(file, parts);
	} catch (error) {
		// The failed folder and the failed file are told apart by their messages.
		const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
		throw new OnevisionError(
			"unreadable-file",
			`--out ${out}: ${why}; is there room, and may it be written there?`,
		);
	}
	return parts.reduce((sum, { length }) => sum + length, 0);
}

/** `pixel_values float32 [1, 16, 3, 384, 384]`, for people. */
export function describeTensors(tensors: Tensors): string[] {
	return Object.entries(tensors).map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape.join(", ")}]`);
}
