/**
 * `onevision compare`: the cost of the same media under several models, and each model's best settings under a limit.
 */

import {
	allModelIds,
	byQuality,
	type Comparison,
	compareCsv,
	compareDeployments,
	compareJson,
	createAnyCounter,
	DEFAULT_ACCELERATOR,
	DEFAULT_TEXT,
	type DeploymentCandidate,
	modelSettings,
	requestSetup,
	USUAL_MODELS,
} from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { resolveHardwareId, type VideoSampling } from "@onevision/core";
import { type AskedLoading, resolveLoading } from "@onevision/media";
import { type ResolvedModel, resolveModel } from "../input/model.ts";
import { parseNumber, parseWhole } from "../input/numbers.ts";
import { type GivenMedia, givenSamples } from "../input/samples.ts";
import { askedSettings, type SettingsOptions } from "../input/settings.ts";
import { renderComparison } from "../render/compare-text.ts";
import type { Terminal } from "../terminal.ts";

export interface CompareOptions extends GivenMedia, AskedLoading, Pick<SettingsOptions, "asIs"> {
	readonly models: string;
	readonly config?: string;
	readonly hub?: string;
	/** Maximum visual tokens per request. */
	readonly under?: string;
	readonly accelerator?: string;
	readonly price?: string;
	readonly batch?: string;
	readonly prompt?: string;
	readonly answer?: string;
	/** Print counts by file, however many there are. */
	readonly rows?: boolean;
	readonly csv?: boolean;
	readonly json?: boolean;
}

export async function compareModels(
	terminal: Terminal,
	paths: readonly string[],
	options: CompareOptions,
): Promise<void> {
	if (options.csv === true && options.json === true) {
		throw new OnevisionError("invalid-input", "--csv and --json both say how to print: give one of them");
	}
	const assumptions = assumptionsOf(options);
	const candidates = await candidatesOf(terminal, options);
	// Files are loaded in one way for all models, so that they are compared on the same images.
	const loading = resolveLoading(options);
	const { samples, leftOut } = await givenSamples(terminal, paths, options, loading);
	const deployments = compareDeployments(
		candidates.map(({ candidate }) => candidate),
		{ ...assumptions, samples: samples.map(({ sample }) => sample) },
	);
	const sampling = new Map(candidates.map(({ candidate, sampling }) => [candidate.id, sampling]));
	const sorted = assumptions.maxTokens === undefined ? deployments : [...deployments].sort(byQuality);
	const comparison: Comparison = { deployments: sorted, samples, sampling, leftOut, ...assumptions };
	const view = { rows: options.rows === true, asIs: options.asIs === true };
	const text =
		options.json === true
			? JSON.stringify(compareJson(comparison), null, 2)
			: options.csv === true
				? compareCsv(comparison)
				: renderComparison(terminal, comparison, view);
	await terminal.out(`${text}\n`);
}

function assumptionsOf({ under, accelerator, price, batch, prompt, answer }: CompareOptions) {
	const hardwareId = resolveHardwareId(accelerator ?? DEFAULT_ACCELERATOR);
	const tokens = (flag: string, text: string | undefined, assumed: number): number =>
		text === undefined ? assumed : parseWhole(flag, text, { min: 0, max: 1e7 });
	return {
		hardwareId,
		setup: requestSetup(hardwareId, {
			...(price === undefined ? {} : { pricePerHour: parseNumber("--price", price, { min: 0, max: 1e6 }) }),
			...(batch === undefined ? {} : { requestBatch: parseWhole("--batch", batch, { max: 1e7 }) }),
		}),
		text: {
			promptTokens: tokens("--prompt", prompt, DEFAULT_TEXT.promptTokens),
			answerTokens: tokens("--answer", answer, DEFAULT_TEXT.answerTokens),
		},
		...(under === undefined ? {} : { maxTokens: parseWhole("--under", under, { max: 1e7 }) }),
	};
}

interface Chosen {
	readonly candidate: DeploymentCandidate;
	readonly sampling: VideoSampling | undefined;
}

/** The user's own model comes first. */
async function candidatesOf(terminal: Terminal, options: CompareOptions): Promise<Chosen[]> {
	const named = chosenModels(options.models).map((id) => chosen(id, { model: id, settings: {} }, options));
	const own = await resolveModel(terminal, { model: "", ...options });
	if (typeof own.model === "string") return named;
	return [chosen(options.hub ?? options.config ?? own.model.title, own, options), ...named];
}

function chosen(id: string, { model, settings: files }: ResolvedModel, options: CompareOptions): Chosen {
	const { settings, sampling } = modelSettings(model, askedSettings({ asIs: options.asIs }), files);
	return { candidate: { id, model, settings }, sampling };
}

function chosenModels(asked: string): string[] {
	if (asked === "all") return [...allModelIds()];
	if (asked === "usual") return [...USUAL_MODELS];
	return [...new Set(asked.split(",").map((name) => createAnyCounter(name.trim(), {}).id))];
}
