/** The pixels of the item looked at: its bitmap for drawing at once, and the stages a reference would make of it. */

import { OnevisionError } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { inspectedProcessor, type Panel, panelsOf } from "@onevision/draw";
import type { Processor, ResizeStage, ViewPlan } from "@onevision/media";
import { computed, effect, signal } from "@preact/signals";
import type { EntryItem } from "../media/entries.ts";
import { itemIndex, selected } from "../media/entries.ts";
import { blobOf } from "../media/intake.ts";
import { isCounted, selectedCount } from "../state/counts.ts";
import { changed, inUse, modelId } from "../state/model.ts";
import { ask } from "../work/client.ts";
import type { PanelPixels } from "./paint.ts";

/** Bitmaps are kept at most this long on a side, px: a decoded photo of 100 megapixels would take 400 MB. */
const MAX_BITMAP_SIDE = 4096;
const MAX_BITMAPS = 4;

export const lookedAt = computed<EntryItem | undefined>(() => selected.value?.items[itemIndex.value]);

/** The layout of the item looked at; absent for closed models and refused media. */
export const layout = computed<ItemLayout | undefined>(() => {
	const outcome = selectedCount.value;
	if (!isCounted(outcome)) return undefined;
	const detail = outcome.items[itemIndex.value]?.detail;
	return detail !== undefined && "wrapper" in detail ? detail : undefined;
});

/** Which of the frames that the model takes is on the canvas, from 0. */
export const askedFrame = signal(0);
export const framePlace = computed(() =>
	Math.min(askedFrame.value, Math.max(0, (layout.value?.frames ?? 1) - 1)),
);

interface Known {
	readonly processor?: Processor;
	readonly note?: string;
}

/** The processor that cuts the model's views, if its pixels are reproduced. */
export const processor = computed<Known>(() => {
	const model = inUse.value;
	if (model instanceof OnevisionError || model.open === undefined) return {};
	const card = model.open.sampling.by === "card" ? model.open.sampling.settings : {};
	return inspectedProcessor(modelId.value, { ...card, ...changed.value });
});

const viewPlan = computed<ViewPlan | undefined>(() => {
	const images = selected.value?.items.length ?? 1;
	return layout.value === undefined ? undefined : processor.value.processor?.planViews(layout.value, images);
});

export const panels = computed<readonly Panel[]>(() =>
	layout.value === undefined ? [] : panelsOf(layout.value, viewPlan.value),
);

/** Stages that the panels' views are cut from, each once. */
function stagesOf(shown: readonly Panel[]): ResizeStage[] {
	return [
		...new Set(
			shown.flatMap(({ tiles }) => tiles.flatMap(({ made }) => (made === undefined ? [] : [made.from]))),
		),
	];
}

const bitmaps = new Map<string, Promise<ImageBitmap>>();

/** The item's bitmap; the last few are kept. */
function bitmapOf(item: EntryItem, upright: boolean): Promise<ImageBitmap> | undefined {
	const { source, facts } = item;
	if (source.kind === "size" || facts.kind === "video") return undefined;
	const key = `${source.kind === "file" ? `${source.file.name} ${source.file.size} ${source.file.lastModified}` : source.path} ${upright}`;
	const known = bitmaps.get(key);
	if (known !== undefined) return known;
	const longest = Math.max(facts.width, facts.height);
	const options: ImageBitmapOptions = {
		imageOrientation: upright ? "from-image" : "none",
		...(longest > MAX_BITMAP_SIDE
			? { [facts.width >= facts.height ? "resizeWidth" : "resizeHeight"]: MAX_BITMAP_SIDE }
			: {}),
	};
	const made = blobOf(source).then((blob) => createImageBitmap(blob, options));
	bitmaps.set(key, made);
	for (const old of [...bitmaps.keys()].slice(0, Math.max(0, bitmaps.size - MAX_BITMAPS))) {
		bitmaps.get(old)?.then(
			(bitmap) => bitmap.close(),
			() => undefined,
		);
		bitmaps.delete(old);
	}
	return made;
}

/** What can be painted now. `problem` says why there are no pixels. */
export const pixels = signal<PanelPixels & { readonly of?: EntryItem; readonly problem?: string }>({});
/** Whether the pixels shown are the reference's own, to the bit. */
export const isExact = computed(() => pixels.value.exact !== undefined);

const isUpright = computed(
	() => !(inUse.value instanceof OnevisionError) && inUse.value.loading === "upright",
);

/** Loads the bitmap of the item looked at. */
effect(() => {
	const item = lookedAt.value;
	const upright = isUpright.value;
	const loading = item === undefined ? undefined : bitmapOf(item, upright);
	if (loading === undefined || item === undefined) {
		pixels.value = item === undefined ? {} : { of: item };
		return;
	}
	let isCurrent = true;
	if (pixels.peek().of !== item) pixels.value = { of: item };
	loading.then(
		(source) => {
			// What the worker made meanwhile stays.
			const { of, exact } = pixels.peek();
			if (isCurrent)
				pixels.value = { ...(of === item && exact !== undefined ? { exact } : {}), of: item, source };
		},
		(error: unknown) => {
			const message = error instanceof OnevisionError ? error.message : "this browser cannot decode it";
			if (isCurrent) pixels.value = { of: item, problem: message };
		},
	);
	return () => {
		isCurrent = false;
	};
});

/** Pause after the last change before exact pixels are made anew, ms: a slider's drag asks once. */
const SETTLED_MS = 120;

/** Replaces the browser's scaling with the reference's: at once for another item, else once the settings rest. */
effect(() => {
	const [shown, item] = [panels.value, lookedAt.value];
	const resizing = processor.value.processor?.resizing("image");
	const upright = isUpright.value;
	if (item === undefined || item.facts.kind === "video" || item.source.kind === "size") return;
	if (resizing === undefined) return;
	const { of, source, exact: known } = pixels.peek();
	const isNew = of !== item || (source === undefined && known === undefined);
	const stages = stagesOf(shown);
	if (stages.length === 0) return;
	if (!isNew && known !== undefined && stages.every((stage) => known.has(stage))) return;
	if (!isNew && known !== undefined) pixels.value = { of: item, ...(source === undefined ? {} : { source }) };
	const from = item.source;
	const timer = setTimeout(
		async () => {
			try {
				const { filter, backend } = resizing;
				const blob = await blobOf(from);
				const made = await ask("stages", { blob, upright, stages, filter, backend });
				if (panels.peek() !== shown || lookedAt.peek() !== item) {
					for (const bitmap of made) bitmap.close();
					return;
				}
				const exact = new Map(
					stages.flatMap((stage, index) => {
						const bitmap = made[index];
						return bitmap === undefined ? [] : [[stage, bitmap] as const];
					}),
				);
				const { of: now, source: drawn } = pixels.peek();
				pixels.value = { of: item, exact, ...(now === item && drawn !== undefined ? { source: drawn } : {}) };
			} catch (error) {
				// Too large to make exactly, or not decodable in the worker: the browser's scaling stays.
				if (!(error instanceof OnevisionError)) throw error;
			}
		},
		isNew ? 0 : SETTLED_MS,
	);
	return () => clearTimeout(timer);
});
