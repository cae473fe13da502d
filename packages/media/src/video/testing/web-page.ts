/** What the browser test runs in a page: decodes frames of a fetched file and returns them as plain data. */

import type { FrameOptions } from "../video.ts";
import { openVideoBlob } from "../webcodecs.ts";

export interface PageFrame {
	readonly frame: number;
	readonly width: number;
	readonly height: number;
	/** RGB, base64; absent for a missing frame. */
	readonly pixels?: string;
}

export async function framesInPage(
	file: string,
	frames: readonly number[],
	options?: FrameOptions,
): Promise<PageFrame[]> {
	const video = await openVideoBlob(await (await fetch(file)).blob());
	const found: PageFrame[] = [];
	for await (const { frame, image } of video.framesOrMissing(frames, options)) {
		const { width = 0, height = 0, data } = image ?? {};
		const text = data && Array.from(data, (byte) => String.fromCharCode(byte)).join("");
		found.push({ frame, width, height, ...(text !== undefined && { pixels: btoa(text) }) });
	}
	await video.close();
	return found;
}

Object.assign(globalThis, { framesInPage });
