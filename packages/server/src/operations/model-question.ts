/** What every question about a model's counts shares: the model, its settings, and its media. */

import {
	type AnyCounter,
	createAnyCounter,
	type ModelSettings,
	modelSettings,
	type NamedSample,
} from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { boolean, integer, list, optional, text } from "@onevision/base/schema";
import { type Checkpoint, MAX_ITEMS, type Parity, type Settings } from "@onevision/core";
import { loadingOf } from "@onevision/media";
import { type MediaInput, mediaInput } from "../media/media-input.ts";
import { type OpenedMedium, openMedium, type Turning } from "../media/open-media.ts";
import { type OperationContext, settingsInput } from "./operation.ts";

/** Media opened at the same time. */
const OPEN_AT_ONCE = 8;

export const modelFields = {
	model: text(
		"Checkpoint id, Hugging Face repository id, short name, closed model, or a name of the model map",
		200,
	),
	settings: optional(settingsInput),
	parity: optional(
		text("Implementation to match: transformers, original, vllm, qwen-vl-utils or mistral-common", 40),
	),
	asIs: optional(
		boolean("Sample videos as the implementation does by default, not as the model card recommends"),
	),
};

export const mediaFields = {
	media: list("Images and videos", mediaInput, { min: 1, max: MAX_ITEMS }),
	together: optional(boolean("Whether all media are one conversation; otherwise each is counted on its own")),
	textTokens: optional(integer("Tokens of the text of each sample", { min: 0, max: 1e9 })),
};

export interface ModelQuestion {
	readonly model: string;
	readonly settings?: Settings;
	readonly parity?: string;
	readonly asIs?: boolean;
}

export interface ChosenModel extends ModelSettings {
	readonly model: string | Checkpoint;
}

/** The asked settings override those of the model map, which override the model card's. */
export function chooseModel(
	{ model: name, ...asked }: ModelQuestion,
	{ models }: OperationContext,
): ChosenModel {
	const { model, settings } = models.resolve(name);
	return { model, ...modelSettings(model, { ...asked, settings: { ...settings, ...asked.settings } }) };
}

export function counterFor({ model, settings }: ChosenModel): AnyCounter {
	return createAnyCounter(model, settings);
}

/** Images are turned as the implementation that is counted for turns them; closed models do not say. */
export function turningOf({ kind, settings }: AnyCounter): Turning {
	const upright = kind === "open" && loadingOf(settings.parity as Parity).loading === "upright";
	return { applyOrientation: upright, applyRotation: false };
}

/** Opens all media of a request, in order, a few at a time. */
export async function openAll(
	media: readonly MediaInput[],
	context: OperationContext,
	turning: Turning,
): Promise<OpenedMedium[]> {
	const opened: OpenedMedium[] = [];
	for (let from = 0; from < media.length; from += OPEN_AT_ONCE) {
		const some = media.slice(from, from + OPEN_AT_ONCE);
		opened.push(
			...(await Promise.all(
				some.map((input, index) =>
					openMedium(input, `media[${from + index}]`, context.media, context.uploads, turning),
				),
			)),
		);
	}
	return opened;
}

/** One sample per medium, or a single one of all. */
export function samplesOf(
	opened: readonly Pick<OpenedMedium, "name" | "item">[],
	{ together = false, textTokens }: { readonly together?: boolean; readonly textTokens?: number },
): NamedSample[] {
	const text = textTokens === undefined ? {} : { textTokens };
	if (!together) {
		return opened.map(({ name, item }) => ({
			...{ name, items: [name] },
			sample: { id: name, media: [item], ...text },
		}));
	}
	const media = opened.map(({ item }) => item);
	return [{ name: "all", items: opened.map(({ name }) => name), sample: { id: "all", media, ...text } }];
}

/** Throws `unsupported` for a closed model, whose layouts are not published. */
export function assertOpenCounter({ kind, title }: AnyCounter, does: string): void {
	if (kind === "open") return;
	throw new OnevisionError(
		"unsupported",
		`model: ${title} is a closed model; ${does} open ones, count takes both`,
	);
}
