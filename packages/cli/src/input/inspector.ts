/** The model of `onevision inspect`: how it counts, and the views of its processor where there is one. */

import { type AnyCounter, createAnyCounter } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { familyById, type ItemLayout, type MediaItem, type VideoSampling } from "@onevision/core";
import type { InspectOptions } from "@onevision/draw";
import { createProcessor, type Processor, sharesViewGeometry, type ViewPlan } from "@onevision/media";
import type { Terminal } from "../terminal.ts";
import { type ModelOptions, type ResolvedModel, resolveModel } from "./model.ts";
import { type AskedSettings, modelSettings } from "./model-settings.ts";

export interface ModelCommand extends ModelOptions, AskedSettings {}

/** A model that lays media out: how it counts, and its views where their pixels are made. */
export interface Inspector {
	readonly counter: AnyCounter;
	readonly sampling: VideoSampling | undefined;
	readonly processor?: Processor;
	/** Why there is none, or how far it is the one asked for. */
	readonly note?: string;
}

/** Throws what counting throws, and `unsupported` for closed models. */
export async function readInspector(terminal: Terminal, command: ModelCommand): Promise<Inspector> {
	const resolved = await resolveModel(terminal, command);
	const { settings, sampling } = modelSettings(resolved, command);
	const counter = createAnyCounter(resolved.model, settings);
	if (counter.kind === "api") {
		throw new OnevisionError(
			"unsupported",
			`${counter.title} is a closed model: how it lays pictures out is not published; onevision count counts it`,
		);
	}
	try {
		return { counter, sampling, ...processorFor(resolved, settings) };
	} catch (error) {
		// Counted, but its pixels are not made: the layout alone is drawn.
		if (!(error instanceof OnevisionError) || error.code !== "unsupported") throw error;
		return { counter, sampling, note: `drawn from the layout alone: ${error.message}` };
	}
}

/** The processor of transformers; for another parity only where that frames pictures alike. Throws `unsupported`. */
function processorFor(
	resolved: ResolvedModel,
	{ parity, ...settings }: Readonly<Record<string, unknown>>,
): Omit<Inspector, "counter" | "sampling"> {
	const processor = createProcessor(resolved.model, { settings });
	if (parity === undefined || parity === "transformers") return { processor };
	const { title, family } = processor.checkpoint;
	const other = familyById(family).parities.find((name) => name === parity);
	if (other === undefined || !sharesViewGeometry(family, other)) {
		throw new OnevisionError("unsupported", `the views of ${title} are known as transformers cuts them`);
	}
	return {
		processor,
		note: `${other} cuts views as transformers does; the close-up's pixels are those of transformers`,
	};
}

/** As `onevision count` lays them out, as one conversation. */
export function layoutsOf(counter: AnyCounter, media: readonly MediaItem[]): ItemLayout[] {
	return counter.count({ media }).items.map(({ detail }) => {
		if (!("around" in detail)) throw new Error("internal: a closed model has no layout");
		return detail;
	});
}

/** The views, where the model's pixels are made. */
export function viewPlanOf(
	{ processor }: Inspector,
	layout: ItemLayout,
	images: number,
): { readonly viewPlan?: ViewPlan } {
	return processor === undefined ? {} : { viewPlan: processor.planViews(layout, images) };
}

/** What every page of the model has in common. */
export function pageOptions({ counter, processor }: Inspector, kind: ItemLayout["kind"]): InspectOptions {
	const { title, basis } = counter;
	const resize = processor === undefined ? {} : { resize: processor.resizing(kind) };
	return { title, subtitle: basis, ...resize };
}
