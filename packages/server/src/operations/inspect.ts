/** `inspect`: draws what an open model sees of images, on one page. */

import { OnevisionError } from "@onevision/base";
import type { Infer } from "@onevision/base/schema";
import { list, object } from "@onevision/base/schema";
import type { ItemLayout } from "@onevision/core";
import {
	type InspectedImage,
	inspectedProcessor,
	inspectImage,
	inspectSample,
	MAX_IMAGES,
	pageSized,
} from "@onevision/draw";
import { decodeImage, encodePng } from "@onevision/media/node";
import { mediaInput } from "../media/media-input.ts";
import {
	assertOpenCounter,
	chooseModel,
	counterFor,
	modelFields,
	openAll,
	turningOf,
} from "./model-question.ts";
import type { OperationContext } from "./operation.ts";

export const inspectInput = object("What to draw: an image, or several of one conversation", {
	...modelFields,
	media: list("Images, by their bytes: sizes alone cannot be drawn", mediaInput, { min: 1, max: MAX_IMAGES }),
});

export interface Inspection {
	/** The page, a PNG. */
	readonly png: Uint8Array;
	readonly layouts: readonly ItemLayout[];
}

/** Throws `unsupported` for closed models and videos, and what opening and decoding throw. */
export async function inspect(
	asked: Infer<typeof inspectInput>,
	context: OperationContext,
): Promise<Inspection> {
	const chosen = chooseModel(asked, context);
	const counter = counterFor(chosen);
	assertOpenCounter(counter, "inspect draws");
	const { processor } = inspectedProcessor(chosen.model, chosen.settings);
	const turning = turningOf(counter);
	const opened = await openAll(asked.media, context, turning);
	const layouts = counter
		.count({ media: opened.map(({ item }) => item) })
		.items.flatMap(({ detail }) => ("wrapper" in detail ? [detail] : []));
	const images: InspectedImage[] = [];
	for (const [index, { bytes, name, item }] of opened.entries()) {
		const layout = layouts[index];
		if (layout === undefined || bytes === undefined || item.kind === "video") {
			const why =
				bytes === undefined
					? "a size has no pixels; send the image"
					: "a video is not drawn here; send frames of it";
			throw new OnevisionError("unsupported", `media[${index}]: ${why}`);
		}
		const image = await decodeImage(await bytes(), { ...turning, maxPixels: context.media.maxPixels });
		const viewPlan = processor === undefined ? {} : { viewPlan: processor.planViews(layout, opened.length) };
		images.push({
			name: shortName(name, index),
			image: opened.length > 1 ? pageSized(image) : image,
			layout,
			...viewPlan,
		});
	}
	const { title, basis } = counter;
	const options = {
		title,
		subtitle: basis,
		...(processor === undefined ? {} : { resize: processor.resizing("image") }),
	};
	const [only, ...others] = images;
	const page =
		only === undefined || others.length > 0
			? inspectSample(images, options)
			: inspectImage(only.image, only.layout, {
					...options,
					...(only.viewPlan === undefined ? {} : { viewPlan: only.viewPlan }),
				});
	return { png: await encodePng(page), layouts };
}

/** Names come from clients, and the font has not every letter. */
function shortName(name: string, index: number): string {
	const last = name.split(/[\\/]/).at(-1) ?? "";
	return /^[\w .-]{1,60}$/.test(last) ? last : `image ${index + 1}`;
}
