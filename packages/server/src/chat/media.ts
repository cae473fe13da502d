/** Media of a chat completion: opened as far as their headers to lay the prompt out, and decoded once it is their turn. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { loadingOf } from "@onevision/media";
import { decodeImage, mediaItemOf } from "@onevision/media/node";
import type { MediaPart, Message, Part } from "@onevision/model";
import { readMediaPart, type VisionLanguageModel } from "@onevision/model/node";
import { assertPixels, bytesAt, headerOfBytes, type MediaAccess } from "../media/open-media.ts";
import type { AddressedPart, ChatMessage } from "./messages.ts";

/** A conversation whose media are in memory as they came. */
export interface OpenedConversation {
	/** Media as their sizes alone: enough to lay a prompt out. */
	readonly outline: readonly Message[];
	/** Bytes held. */
	readonly bytes: number;
	/** With every medium decoded. Throws as `decodeImage` and `readMediaPart`, naming its place in the request. */
	decode(signal: AbortSignal): Promise<readonly Message[]>;
}

interface OpenedPart {
	readonly outline: MediaPart;
	readonly bytes: number;
	decode(signal: AbortSignal): Promise<MediaPart>;
}

/** Images lie as transformers' processors take them. */
const TURNING = loadingOf("transformers").loading === "upright";
const TURNINGS = { applyOrientation: TURNING, applyRotation: false } as const;

/** Opens all media, one after the other. Throws as `bytesAt` and `headerOfBytes`, `invalid-media` for the other kind. */
export async function openConversation(
	messages: readonly ChatMessage[],
	model: Pick<VisionLanguageModel, "processor">,
	access: MediaAccess,
): Promise<OpenedConversation> {
	const opened: { readonly role: Message["role"]; readonly parts: readonly (Part | OpenedPart)[] }[] = [];
	for (const { role, content } of messages) {
		const parts: (Part | OpenedPart)[] = [];
		for (const part of content) {
			parts.push(part.type === "text" ? part : await openPart(part, model, access));
		}
		opened.push({ role, parts });
	}
	const media = opened.flatMap(({ parts }) => parts.filter(isOpened));
	return {
		outline: opened.map(({ role, parts }) => ({
			role,
			content: parts.map((part) => (isOpened(part) ? part.outline : part)),
		})),
		bytes: media.reduce((sum, { bytes }) => sum + bytes, 0),
		decode: async (signal) => {
			const decoded: Message[] = [];
			for (const { role, parts } of opened) {
				const content: Part[] = [];
				for (const part of parts) content.push(isOpened(part) ? await part.decode(signal) : part);
				decoded.push({ role, content });
			}
			return decoded;
		},
	};
}

function isOpened(part: Part | OpenedPart): part is OpenedPart {
	return "outline" in part;
}

async function openPart(
	{ type, url, where }: AddressedPart,
	{ processor }: Pick<VisionLanguageModel, "processor">,
	access: MediaAccess,
): Promise<OpenedPart> {
	const bytes = await bytesAt(url, where, access);
	const item = mediaItemOf(await headerOfBytes(bytes, where, TURNINGS));
	if (item.kind !== type) {
		const other = item.kind === "video" ? "a video; send it as video_url" : "an image; send it as image_url";
		throw new OnevisionError("invalid-media", `${where}: the bytes are those of ${other}`);
	}
	assertPixels(item, where, access.maxPixels);
	const { width, height } = item;
	const outline: MediaPart =
		item.kind === "video"
			? { type: "video", clip: { item, frames: [] } }
			: { type: "image", image: { width, height, data: new Uint8Array(0) } };
	const decode = async (signal: AbortSignal): Promise<MediaPart> => {
		if (type === "video") return decodeVideo(bytes, processor, signal);
		return {
			type: "image",
			image: await decodeImage(bytes, { applyOrientation: TURNING, maxPixels: access.maxPixels }),
		};
	};
	return {
		...{ outline, bytes: bytes.byteLength },
		decode: (signal) => decode(signal).catch((error: unknown) => Promise.reject(placed(error, where))),
	};
}

/** Decoders of videos read files. */
async function decodeVideo(
	bytes: Uint8Array,
	processor: VisionLanguageModel["processor"],
	signal: AbortSignal,
): Promise<MediaPart> {
	const folder = await mkdtemp(join(tmpdir(), "onevision-video-"));
	try {
		const path = join(folder, "video");
		await writeFile(path, bytes, { mode: 0o600 });
		return await readMediaPart(path, "video", processor, { ...TURNINGS, signal }).catch((error: unknown) => {
			// The path is the server's own business.
			if (!(error instanceof OnevisionError)) throw error;
			throw new OnevisionError(
				error.code,
				error.message.replaceAll(`${path}: `, () => ""),
			);
		});
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function placed(error: unknown, where: string): unknown {
	if (!(error instanceof OnevisionError)) return error;
	return new OnevisionError(error.code, `${where}: ${error.message}`);
}
