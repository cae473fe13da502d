/** What the browser test runs in a page: decodes a file, makes tensors, and returns them as plain data. */

import { createProcessor, type ProcessorOptions } from "../../preprocess/processor.ts";
import type { DecodeOptions } from "../limits.ts";
import { decodeImageBlob } from "../web.ts";

export interface PageImage {
	readonly width: number;
	readonly height: number;
	/** RGB. */
	readonly pixels: readonly number[];
}

/** An image, or the code and message of its error. */
export async function decodeInPage(file: string, options: DecodeOptions): Promise<PageImage | string> {
	try {
		const { width, height, data } = await decodeImageBlob(await (await fetch(file)).blob(), options);
		return { width, height, pixels: [...data] };
	} catch (error) {
		return `${(error as { code?: string }).code}: ${(error as Error).message}`;
	}
}

/** SHA-256 of each tensor's bytes. */
export async function processInPage(
	file: string,
	model: string,
	options: ProcessorOptions,
): Promise<Readonly<Record<string, string>>> {
	const image = await decodeImageBlob(await (await fetch(file)).blob());
	const { tensors } = createProcessor(model, options).images([[image]]);
	const digests: Record<string, string> = {};
	for (const [name, { data }] of Object.entries(tensors)) {
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
		const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
		digests[name] = [...digest]
			.map((byte) => byte.toString(16).padStart(2, "0"))
			.join("")
			.slice(0, 16);
	}
	return digests;
}

Object.assign(globalThis, { decodeInPage, processInPage });
