/** The model of `onevision inspect`: how it counts, and the views of its processor where there is one. */

import { type ItemLayout, type MediaItem, OnevisionError } from "@onevision/core";
import {
	createProcessor,
	type Framing,
	type InspectOptions,
	type Processor,
	pixelsOfSnapshot,
} from "@onevision/media";
import type { Terminal } from "../terminal.ts";
import { type AnyCounter, createAnyCounter } from "./any-model.ts";
import { parseSettings } from "./settings.ts";
import { type ModelOptions, type ResolvedModel, resolveModel } from "./snapshot.ts";

export interface ModelCommand extends ModelOptions {
	readonly set: readonly string[];
	readonly parity?: string;
}

/** A model that lays media out: how it counts, and its views where their pixels are made. */
export interface Inspector {
	readonly counter: AnyCounter;
	readonly processor?: Processor;
	/** Why there is none. */
	readonly note?: string;
}

/** Throws what counting throws, and `unsupported` for closed models. */
export async function readInspector(terminal: Terminal, command: ModelCommand): Promise<Inspector> {
	const resolved = await resolveModel(terminal, command);
	const settings = {
		...resolved.settings,
		...parseSettings(command.set),
		...(command.parity === undefined ? {} : { parity: command.parity }),
	};
	const counter = createAnyCounter(resolved.model, settings);
	if (counter.kind === "api") {
		throw new OnevisionError(
			"unsupported",
			`${counter.title} is a closed model: how it lays pictures out is not published; onevision count counts it`,
		);
	}
	try {
		return { counter, processor: createProcessor(resolved.model, { settings, ...pixelsOf(resolved) }) };
	} catch (error) {
		// Counted, but its pixels are not made: the layout alone is drawn.
		if (!(error instanceof OnevisionError) || error.code !== "unsupported") throw error;
		return { counter, note: `drawn from the layout alone: ${error.message}` };
	}
}

function pixelsOf({ model, files }: ResolvedModel) {
	return files === undefined || typeof model === "string" ? {} : { pixels: pixelsOfSnapshot(files, model) };
}

/** As `onevision count` lays them out, as one conversation. */
export function layoutsOf(counter: AnyCounter, media: readonly MediaItem[]): ItemLayout[] {
	return counter.count({ media }).items.map(({ detail }) => {
		if (!("around" in detail)) throw new Error("internal: a closed model has no layout");
		return detail;
	});
}

/** The views, where the model's pixels are made. */
export function framingOf(
	{ processor }: Inspector,
	layout: ItemLayout,
	images: number,
): { readonly framing?: Framing } {
	return processor === undefined ? {} : { framing: processor.framing(layout, images) };
}

/** What every page of the model has in common. */
export function pageOptions({ counter, processor }: Inspector, kind: ItemLayout["kind"]): InspectOptions {
	const { title, basis } = counter;
	const resize = processor === undefined ? {} : { resize: processor.resizing(kind) };
	return { title, subtitle: basis, ...resize };
}
