/** The model for `onevision inspect`: its counter, and its processor's views if it has one. */

import { type AnyCounter, createAnyCounter, modelSettings } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { ItemLayout, MediaItem, VideoSampling } from "@onevision/core";
import { type InspectedProcessor, type InspectOptions, inspectedProcessor } from "@onevision/draw";
import type { ViewPlan } from "@onevision/media";
import type { Terminal } from "../terminal.ts";
import { type ModelOptions, resolveModel } from "./model.ts";
import { askedSettings, type SettingsOptions } from "./settings.ts";

export interface ModelCommand extends ModelOptions, SettingsOptions {}

/** A model that lays out media: its counter, and its processor if its pixels are reproduced. */
export interface Inspector extends InspectedProcessor {
	readonly counter: AnyCounter;
	readonly sampling: VideoSampling | undefined;
}

/** Throws the errors of counting, and `unsupported` for closed models. */
export async function readInspector(terminal: Terminal, command: ModelCommand): Promise<Inspector> {
	const resolved = await resolveModel(terminal, command);
	const { settings, sampling } = modelSettings(resolved.model, askedSettings(command), resolved.settings);
	const counter = createAnyCounter(resolved.model, settings);
	if (counter.kind === "api") {
		throw new OnevisionError(
			"unsupported",
			`${counter.title} is a closed model: how it lays out images is not published; onevision count counts it`,
		);
	}
	return { counter, sampling, ...inspectedProcessor(resolved.model, settings) };
}

/** Layouts as in `onevision count`, with the media as one conversation. */
export function layoutsOf(counter: AnyCounter, media: readonly MediaItem[]): ItemLayout[] {
	return counter.count({ media }).items.map(({ detail }) => {
		if (!("wrapper" in detail)) throw new Error("internal: a closed model has no layout");
		return detail;
	});
}

/** The views, if the model's pixels are reproduced. */
export function viewPlanOf(
	{ processor }: Inspector,
	layout: ItemLayout,
	images: number,
): { readonly viewPlan?: ViewPlan } {
	return processor === undefined ? {} : { viewPlan: processor.planViews(layout, images) };
}

/** Page options shared by all pages of a model. */
export function pageOptions({ counter, processor }: Inspector, kind: ItemLayout["kind"]): InspectOptions {
	const { title, basis } = counter;
	const resize = processor === undefined ? {} : { resize: processor.resizing(kind) };
	return { title, subtitle: basis, ...resize };
}
