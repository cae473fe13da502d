/** Pixels in the worker: thumbnails, and resize stages made exactly as the reference makes them. */

import { OnevisionError } from "@onevision/base";
import { decodeImageBlob, type RgbImage, StageRenderer } from "@onevision/media";
import { bitmapOf } from "./bitmap.ts";
import type { Methods, StageQuestion } from "./protocol.ts";

/** px of a stage; beyond it the browser's own scaling is good enough to look at. */
const MAX_STAGE_PIXELS = 24_000_000;
/** px of a source that is decoded for looking at. */
const MAX_SOURCE_PIXELS = 100_000_000;

let last: { readonly blob: Blob; readonly upright: boolean; readonly image: RgbImage } | undefined;

/** The image, kept until another is asked for: dragging a slider asks for many stages of one image. */
async function decoded(blob: Blob, upright: boolean): Promise<RgbImage> {
	if (last?.blob === blob && last.upright === upright) return last.image;
	const image = await decodeImageBlob(blob, {
		applyOrientation: upright,
		maxPixels: MAX_SOURCE_PIXELS,
	});
	last = { blob, upright, image };
	return image;
}

export async function renderStages({
	blob,
	upright,
	stages,
	filter,
	backend,
}: StageQuestion): Promise<readonly ImageBitmap[]> {
	const pixels = stages.reduce((sum, { size }) => sum + size.width * size.height, 0);
	if (pixels > MAX_STAGE_PIXELS) {
		throw new OnevisionError("over-limit", `${pixels} px are too many to draw exactly`);
	}
	const renderer = new StageRenderer(await decoded(blob, upright), { filter, backend });
	return Promise.all(stages.map((stage) => bitmapOf(renderer.render(stage))));
}

/** The largest centered square of an image or a clip's first frame, `side` px. */
export async function thumbnailOf({ blob, kind, side }: Methods["thumbnail"]["ask"]): Promise<Blob> {
	const bitmap =
		kind === "video"
			? await (await import("./clips.ts")).posterOf(blob, side)
			: await createImageBitmap(blob).catch(() => {
					throw new OnevisionError("unreadable-file", "cannot be decoded by this browser");
				});
	try {
		const canvas = new OffscreenCanvas(side, side);
		const context = canvas.getContext("2d");
		if (context === null) throw new OnevisionError("unsupported", "this browser has no 2-D OffscreenCanvas");
		const cut = Math.min(bitmap.width, bitmap.height);
		const [x, y] = [(bitmap.width - cut) / 2, (bitmap.height - cut) / 2];
		context.imageSmoothingQuality = "high";
		context.drawImage(bitmap, x, y, cut, cut, 0, 0, side, side);
		return await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
	} finally {
		bitmap.close();
	}
}
