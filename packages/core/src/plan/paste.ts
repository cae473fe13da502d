/**
 * Settings to paste: a plan's allocation in the form that transformers' processor and vLLM accept. Anything a tool has
 * no argument for is stated in a note, never dropped silently.
 */

import type { Knob, ProcessorArguments, Settings, SettingValue } from "../families/family.ts";
import { familyById } from "../families/index.ts";
import type { ResolvedPlanRequest } from "./resolved.ts";
import type { ScenarioPlan } from "./scenario.ts";
import { trainedValue } from "./trained.ts";

/** Lines for one tool. */
export interface PasteBlock {
	readonly tool: "transformers" | "vllm";
	readonly lines: readonly string[];
	/** What the lines cannot express. */
	readonly notes: readonly string[];
}

/** Blocks for every tool that can run the checkpoint as is. Empty for a recipe that has to be trained first. */
export function pasteBlocks(request: ResolvedPlanRequest, scenarios: readonly ScenarioPlan[]): PasteBlock[] {
	if (request.purpose !== "deploy" || scenarios.length === 0) return [];
	const inTransformers =
		request.parity !== "vllm" && familyById(request.checkpoint.family).parities.includes("transformers");
	return [...(inTransformers ? [transformersBlock(request, scenarios)] : []), vllmBlock(request, scenarios)];
}

/** The settings that differ from the checkpoint's own defaults. */
export function changedSettings(request: ResolvedPlanRequest, { scenario, chosen }: ScenarioPlan): Settings {
	const knobs: readonly Knob[] = familyById(request.checkpoint.family).knobs(request.checkpoint.constants)[
		scenario
	];
	return Object.fromEntries(
		Object.entries(chosen.allocation.settings).filter(([setting, value]) => {
			const knob = knobs.find((candidate) => candidate.setting === setting);
			if (knob === undefined) return true;
			// The number of training frames is only a convention of its users: the processor itself may take every frame.
			return knob.bound === "frames" || trainedValue(request.checkpoint, knob) !== value;
		}),
	);
}

/** A scenario's changed settings as arguments of the processor in transformers. */
export function processorArgumentsOf(request: ResolvedPlanRequest, plan: ScenarioPlan): ProcessorArguments {
	const { checkpoint } = request;
	const changed = changedSettings(request, plan);
	return (
		familyById(checkpoint.family).processorArguments?.(changed, checkpoint.constants) ??
		byOwnName(changed, plan)
	);
}

function transformersBlock(request: ResolvedPlanRequest, scenarios: readonly ScenarioPlan[]): PasteBlock {
	const family = familyById(request.checkpoint.family);
	const lines: string[] = [];
	const notes: string[] = [];
	for (const plan of scenarios) {
		const passed = processorArgumentsOf(request, plan);
		lines.push(...(passed.statements ?? []));
		notes.push(...(passed.notes ?? []));
		const call = [
			...keywords("images_kwargs", passed.images),
			...keywords("videos_kwargs", passed.videos),
		].join(", ");
		if (call !== "") lines.push(`inputs = processor(…, ${call})  # ${plan.scenario}`);
	}
	const unique = [...new Set(lines)];
	return {
		tool: "transformers",
		lines: unique.length > 0 ? unique : ["# nothing to set: the plan is what the processor does by itself"],
		notes: [
			...new Set(notes),
			...(family.severalImages !== undefined && scenarios.some(({ scenario }) => scenario === "multi-image")
				? [family.severalImages]
				: []),
			...imageLimitNotes(scenarios),
		],
	};
}

/** Arguments named like the settings. */
function byOwnName(changed: Settings, { scenario }: ScenarioPlan): ProcessorArguments {
	const values = Object.fromEntries(
		Object.entries(changed).map(([key, value]) => [key.replace(/^video_/, ""), python(value)]),
	);
	if (scenario !== "video") return { images: values };
	return { videos: "num_frames" in values ? { do_sample_frames: "True", ...values } : values };
}

function python(value: Settings[string]): string {
	if (typeof value === "boolean") return value ? "True" : "False";
	return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function keywords(name: string, values: Readonly<Record<string, string>> | undefined): string[] {
	const entries = Object.entries(values ?? {});
	if (entries.length === 0) return [];
	return [`${name}={${entries.map(([key, value]) => `"${key}": ${value}`).join(", ")}}`];
}

function imageLimitNotes(scenarios: readonly ScenarioPlan[]): string[] {
	return scenarios.flatMap(({ chosen: { allocation, kept } }) =>
		allocation.maxImages === undefined || kept.images > 0.9995
			? []
			: [`send at most ${allocation.maxImages} images in one request`],
	);
}

/** What a server is told: context, items of a request, and the arguments of its processor. */
export interface ServingSettings {
	readonly contextTokens: number;
	/** Most items of each kind in one request. */
	readonly limits: { readonly image?: number; readonly video?: number };
	/** Frames that the server samples of each clip, where the settings name a number. */
	readonly frames?: number;
	/** Processor arguments on which all scenarios agree, by the reference's own names. */
	readonly processor: Readonly<Record<string, unknown>>;
	/** Arguments that have to come with each request. */
	readonly perRequest: readonly string[];
	/** Settings without an argument: "anyres_max 3". */
	readonly unread: readonly string[];
}

/** The chosen settings as a server takes them, for a plan with at least one scenario. */
export function servingSettings(
	request: ResolvedPlanRequest,
	scenarios: readonly ScenarioPlan[],
): ServingSettings {
	const { checkpoint, textTokens } = request;
	const family = familyById(checkpoint.family);
	const length =
		Math.max(...scenarios.map(({ chosen }) => chosen.contextTokens)) + textTokens.prompt + textTokens.answer;
	const limits: { image?: number; video?: number } = {};
	let frames: number | undefined;
	const wanted = new Map<string, Map<string, SettingValue>>();
	const unread = new Set<string>();
	for (const plan of scenarios) {
		if (plan.scenario === "video") limits.video = 1;
		else limits.image = Math.max(limits.image ?? 0, plan.chosen.allocation.maxImages ?? 1);
		const knobs: readonly Knob[] = family.knobs(checkpoint.constants)[plan.scenario];
		const changed = changedSettings(request, plan);
		for (const [setting, value] of Object.entries(plan.chosen.allocation.settings)) {
			const isIgnored = family.ignored?.vllm?.includes(setting) === true;
			const isFrames = knobs.find((candidate) => candidate.setting === setting)?.bound === "frames";
			const key =
				family.processorArguments === undefined
					? setting.replace(/^video_/, "")
					: family.vllmArguments?.[setting];
			if (isFrames && !isIgnored) frames = Number(value);
			else if (!isFrames && !isIgnored && key !== undefined) {
				// Values a scenario leaves unchanged count too, because one argument applies to all requests.
				wanted.set(key, (wanted.get(key) ?? new Map()).set(plan.scenario, value));
			} else if (setting in changed) unread.add(`${setting} ${value}`);
		}
	}
	const { server, perRequest } = splitByRequest(wanted, request, scenarios);
	return {
		contextTokens: Math.min(checkpoint.contextTokens ?? Number.POSITIVE_INFINITY, roundUp(length)),
		limits,
		...(frames === undefined ? {} : { frames }),
		processor: server,
		perRequest,
		unread: [...unread],
	};
}

/**
 * `vllm serve` arguments. Names come from vllm-project/vllm docs/configuration/engine_args (`--max-model-len`,
 * `--limit-mm-per-prompt`, `--media-io-kwargs`, `--mm-processor-kwargs`).
 */
function vllmBlock(request: ResolvedPlanRequest, scenarios: readonly ScenarioPlan[]): PasteBlock {
	const family = familyById(request.checkpoint.family);
	const { contextTokens, limits, frames, processor, perRequest, unread } = servingSettings(
		request,
		scenarios,
	);
	const json = (value: object): string => `'${JSON.stringify(value)}'`;
	return {
		tool: "vllm",
		lines: [
			`--max-model-len ${contextTokens}`,
			`--limit-mm-per-prompt ${json(limits)}`,
			...(frames === undefined ? [] : [`--media-io-kwargs ${json({ video: { num_frames: frames } })}`]),
			...(Object.keys(processor).length === 0 ? [] : [`--mm-processor-kwargs ${json(processor)}`]),
		],
		notes: [
			...perRequest,
			...(request.parity !== "vllm" && family.parities.includes("vllm")
				? [
						"sized by these counts; vLLM counts this family in its own way: --parity vllm plans with its numbers",
					]
				: []),
			...(unread.length === 0
				? []
				: [`no argument sets ${unread.join(", ")}: write it into the snapshot's configuration`]),
		],
	};
}

/**
 * Splits processor arguments: those all scenarios agree on, and a note for those that differ and must be passed per
 * request.
 */
function splitByRequest(
	wanted: ReadonlyMap<string, ReadonlyMap<string, SettingValue>>,
	request: ResolvedPlanRequest,
	scenarios: readonly ScenarioPlan[],
): { readonly server: Record<string, unknown>; readonly perRequest: string[] } {
	const changed = new Set(
		scenarios.flatMap((plan) => Object.values(changedSettings(request, plan)).map(String)),
	);
	const server: Record<string, unknown> = {};
	const perRequest: string[] = [];
	for (const [key, byScenario] of wanted) {
		const values = [...new Set(byScenario.values())];
		// No note is needed when every scenario keeps the model's own value.
		if (!values.some((value) => changed.has(String(value)))) continue;
		const [only] = values;
		if (values.length === 1 && only !== undefined) setNested(server, key, only);
		else {
			const each = [...byScenario].map(([scenario, value]) => {
				const nested: Record<string, unknown> = {};
				setNested(nested, key, value);
				return `${JSON.stringify(nested)} for ${scenario}`;
			});
			perRequest.push(`with each request, as mm_processor_kwargs: ${each.join(", ")}`);
		}
	}
	return { server, perRequest };
}

/** `{"size": {"longest_edge": 1}}` for "size.longest_edge". */
function setNested(target: Record<string, unknown>, key: string, value: SettingValue): void {
	const [first = "", ...rest] = key.split(".");
	if (rest.length === 0) target[first] = value;
	else {
		const inner = (target[first] ?? {}) as Record<string, unknown>;
		target[first] = inner;
		setNested(inner, rest.join("."), value);
	}
}

/** Rounds up to a multiple of 256, so that a prompt a few tokens longer still fits. */
function roundUp(tokens: number): number {
	return Math.ceil(tokens / 256) * 256;
}
