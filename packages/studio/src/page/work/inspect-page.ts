/** The page that `onevision inspect` draws, made in the browser. */

import { OnevisionError } from "@onevision/base";
import { inspectedProcessor, inspectImage } from "@onevision/draw";
import { decodeImageBlob } from "@onevision/media";
import { type ChangedSettings, modelFor, settingsFor } from "../state/counter.ts";
import { bitmapOf } from "./bitmap.ts";

export interface InspectQuestion {
	readonly blob: Blob;
	readonly model: string;
	readonly changed: ChangedSettings;
	/** Images in the request; some families lay out several differently. */
	readonly images: number;
}

/** Throws `unsupported` for a closed model, and what counting and decoding throw. */
export async function drawInspectPage({ blob, model, changed, images }: InspectQuestion): Promise<Blob> {
	const { counter, loading } = modelFor(model, changed);
	const image = await decodeImageBlob(blob, { applyOrientation: loading === "upright" });
	const { width, height } = image;
	const media = Array.from({ length: images }, () => ({ kind: "image", width, height }) as const);
	const detail = counter.count({ media }).items[0]?.detail;
	if (detail === undefined || !("tileGrid" in detail)) {
		throw new OnevisionError(
			"unsupported",
			`${counter.title} is a closed model, whose layout is not published`,
		);
	}
	const { processor } = inspectedProcessor(model, settingsFor(model, changed));
	const page = inspectImage(image, detail, {
		title: counter.title,
		subtitle: counter.basis,
		...(processor === undefined
			? {}
			: { viewPlan: processor.planViews(detail, images), resize: processor.resizing("image") }),
	});
	const canvas = new OffscreenCanvas(page.width, page.height);
	canvas.getContext("2d")?.drawImage(await bitmapOf(page), 0, 0);
	return canvas.convertToBlob({ type: "image/png" });
}
