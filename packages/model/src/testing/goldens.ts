/** Chats of oracle/model.py: their media made from its formula, and what transformers computed. */

import { readFileSync } from "node:fs";
import { decodeSafetensors, float32Of } from "@onevision/graph";
import type { RgbImage } from "@onevision/media";
import type { Message } from "../chat/message.ts";

interface GoldenPart {
	readonly type: "text" | "image" | "video";
	readonly text?: string;
	readonly size?: readonly [number, number];
	readonly frames?: number;
}

export interface GoldenChat {
	readonly messages: readonly { readonly role: Message["role"]; readonly content: readonly GoldenPart[] }[];
	readonly prompt: string;
	readonly ids: readonly number[];
	readonly greedy: readonly number[];
	readonly text: string;
}

export interface Goldens {
	readonly chats: Readonly<Record<string, GoldenChat>>;
	/** Values of `<chat>.tower`, `.image`, `.video`, `.logits`; nothing where there is none. */
	array(name: string): Float32Array | undefined;
}

/** `folder` is that of a family, `name` that of a snapshot in its `fixtures`. */
export function readGoldens(folder: string, name: string): Goldens {
	const { chats } = JSON.parse(readFileSync(`${folder}/goldens/${name}.json`, "utf8")) as Goldens;
	const { tensors } = decodeSafetensors(readFileSync(`${folder}/goldens/${name}.safetensors`));
	return {
		chats,
		array: (key) => {
			const entry = tensors.get(key);
			return entry && (float32Of(key, entry).data as Float32Array);
		},
	};
}

/** `picture` in oracle/model.py. */
export function goldenImage(width: number, height: number, seed: number): RgbImage {
	const data = new Uint8Array(width * height * 3);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			for (let c = 0; c < 3; c++) {
				const wave = x * (5 + seed) + y * (3 + 2 * c) + Math.floor((x * y) / 7) + 40 * c + 31 * seed;
				const edge = 90 * ((Math.floor(x / 9) + Math.floor(y / 11) + seed) % 2);
				data[(y * width + x) * 3 + c] = (wave + edge) % 256;
			}
		}
	}
	return { width, height, data };
}

/** The conversation with its media; every medium has a seed of its own. */
export function messagesOf({ messages }: GoldenChat): Message[] {
	let seed = 0;
	return messages.map(({ role, content }) => ({
		role,
		content: content.map(({ type, text = "", size: [width, height] = [1, 1], frames = 1 }) => {
			if (type === "text") return { type, text };
			const own = seed++;
			if (type === "image") return { type, image: goldenImage(width, height, own) };
			const images = Array.from({ length: frames }, (_, i) => goldenImage(width, height, 16 * (own + 1) + i));
			return { type, clip: { item: { kind: "video", width, height, frames }, frames: images } };
		}),
	}));
}

/** Largest difference, relative to the range of the expected values. */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
	if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
	let [low, high, worst] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
	for (let i = 0; i < expected.length; i++) {
		const value = expected[i] ?? 0;
		low = Math.min(low, value);
		high = Math.max(high, value);
		const difference = Math.abs((actual[i] ?? 0) - value);
		if (!(difference <= worst)) worst = difference;
	}
	return worst / (high - low);
}
