/** Image and video files as parts of a message. */

import type { Processor } from "@onevision/media";
import { type FileDecodeOptions, readClip, readImage } from "@onevision/media/node";
import type { MediaPart } from "../chat/message.ts";

/**
 * Decodes an image, or the frames of a video that the processor's layout selects. Throws `unreadable-file`, `over-limit`
 * or `unsupported`, with the path in the message.
 */
export async function readMediaPart(
	path: string,
	kind: "image" | "video",
	processor: Processor,
	options: FileDecodeOptions & { readonly signal?: AbortSignal } = {},
): Promise<MediaPart> {
	if (kind === "image") return { type: "image", image: await readImage(path, options) };
	return { type: "video", clip: await readClip(path, processor, options, options.signal) };
}
