/** `onevision compare`: what the same media cost under several models, and each model's best settings under a limit. */

import { byQuality, compareDeployments, type DeploymentCandidate } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import {
	DEFAULT_REQUEST_BATCH,
	HARDWARE,
	type Hardware,
	type RequestSetup,
	resolveHardwareId,
	type VideoSampling,
} from "@onevision/core";
import { allModelIds, createAnyCounter } from "../input/any-model.ts";
import { type LoadingCommand, resolveLoading } from "../input/loading.ts";
import { resolveModel } from "../input/model.ts";
import { type AskedSettings, modelSettings } from "../input/model-settings.ts";
import { parseNumber, parseWhole } from "../input/numbers.ts";
import { type GivenMedia, givenSamples } from "../input/samples.ts";
import { compareCsv } from "../render/compare-csv.ts";
import { compareJson } from "../render/compare-json.ts";
import { DEFAULT_ACCELERATOR } from "../render/compare-notes.ts";
import { renderComparison } from "../render/compare-text.ts";
import type { Comparison } from "../render/comparison.ts";
import type { Terminal } from "../terminal.ts";

export interface CompareOptions extends GivenMedia, LoadingCommand, Pick<AskedSettings, "asIs"> {
	readonly models: string;
	readonly config?: string;
	readonly hub?: string;
	/** Most visual tokens of a request. */
	readonly under?: string;
	readonly accelerator?: string;
	readonly price?: string;
	readonly batch?: string;
	readonly prompt?: string;
	readonly answer?: string;
	/** Counts by file, however many there are. */
	readonly rows?: boolean;
	readonly csv?: boolean;
	readonly json?: boolean;
}

/** What `--models usual` means: what people choose between, open and closed, and the lesson's models. */
const USUAL = [
	"llava-1.5-7b",
	"llava-v1.6-mistral-7b",
	"llava-onevision-qwen2-7b-ov",
	"llava-onevision-1.5-8b",
	"llava-onevision-2-8b",
	"nvila-8b",
	"qwen2.5-vl-7b",
	"qwen3-vl-8b",
	"internvl3-8b",
	"gemma-3-4b",
	"gpt-6-astra",
	"gpt-4o",
	"claude-opus-4-7",
	"gemini-3-pro",
];

/** As of a plan request. */
const PREFILL_EFFICIENCY = 0.5;
const DEFAULT_TEXT = { promptTokens: 128, answerTokens: 128 };
/** Requests decoded together unless asked: a server that is busy, not one that waits for each answer. */

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
	// One way of loading for all: models are compared on the same pictures.
	const loading = resolveLoading(options, undefined);
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
	const hardware: Hardware = HARDWARE[hardwareId];
	const pricePerHour =
		price === undefined ? hardware.pricePerHour?.value : parseNumber("--price", price, { min: 0, max: 1e6 });
	const setup: RequestSetup = {
		hardware,
		prefillEfficiency: PREFILL_EFFICIENCY,
		requestBatch: batch === undefined ? DEFAULT_REQUEST_BATCH : parseWhole("--batch", batch, { max: 1e7 }),
		...(pricePerHour === undefined ? {} : { pricePerHour }),
	};
	return {
		hardwareId,
		setup,
		text: {
			promptTokens:
				prompt === undefined
					? DEFAULT_TEXT.promptTokens
					: parseWhole("--prompt", prompt, { min: 0, max: 1e7 }),
			answerTokens:
				answer === undefined
					? DEFAULT_TEXT.answerTokens
					: parseWhole("--answer", answer, { min: 0, max: 1e7 }),
		},
		...(under === undefined ? {} : { maxTokens: parseWhole("--under", under, { max: 1e7 }) }),
	};
}

interface Chosen {
	readonly candidate: DeploymentCandidate;
	readonly sampling: VideoSampling | undefined;
}

/** A model of one's own stands first. */
async function candidatesOf(terminal: Terminal, options: CompareOptions): Promise<Chosen[]> {
	const named = chosenModels(options.models).map((id) => chosen(id, { model: id, settings: {} }, options));
	const own = await resolveModel(terminal, { model: "", ...options });
	if (typeof own.model === "string") return named;
	return [chosen(options.hub ?? options.config ?? own.model.title, own, options), ...named];
}

function chosen(id: string, model: Parameters<typeof modelSettings>[0], options: CompareOptions): Chosen {
	const { settings, sampling } = modelSettings(model, options);
	return { candidate: { id, model: model.model, settings }, sampling };
}

function chosenModels(asked: string): string[] {
	if (asked === "all") return [...allModelIds()];
	if (asked === "usual") return [...USUAL];
	return [...new Set(asked.split(",").map((name) => createAnyCounter(name.trim(), {}).id))];
}
