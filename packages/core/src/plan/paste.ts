/**
 * Settings to paste: a plan's allocation as transformers' processor and as vLLM take it. What a tool cannot be told is
 * said beside it, never left out silently.
 */

import type { Knob, ProcessorArguments, Settings } from "../families/family.ts";
import { familyById } from "../families/index.ts";
import type { ResolvedPlanRequest } from "./resolve.ts";
import type { ScenarioPlan } from "./scenario.ts";
import { trainedValue } from "./trained.ts";

/** Lines for one tool. */
export interface PasteBlock {
	readonly tool: "transformers" | "vllm";
	readonly lines: readonly string[];
	/** What the lines cannot say. */
	readonly notes: readonly string[];
}

/** Blocks for every tool that runs the checkpoint as it is; none for a recipe that has to be trained first. */
export function pasteBlocks(request: ResolvedPlanRequest, scenarios: readonly ScenarioPlan[]): PasteBlock[] {
	if (request.purpose !== "deploy") return [];
	const inTransformers = familyById(request.checkpoint.family).parities.includes("transformers");
	return [...(inTransformers ? [transformersBlock(request, scenarios)] : []), vllmBlock(request, scenarios)];
}

/** The settings that differ from what the checkpoint does by itself. */
function changedSettings(request: ResolvedPlanRequest, { scenario, chosen }: ScenarioPlan): Settings {
	const knobs: readonly Knob[] = familyById(request.checkpoint.family).knobs(request.checkpoint.constants)[
		scenario
	];
	return Object.fromEntries(
		Object.entries(chosen.allocation.settings).filter(([setting, value]) => {
			const knob = knobs.find((candidate) => candidate.setting === setting);
			if (knob === undefined) return true;
			// The frames of training are a habit of its users: the processor itself may take every frame.
			return knob.bound === "frames" || trainedValue(request.checkpoint, knob) !== value;
		}),
	);
}

function transformersBlock(request: ResolvedPlanRequest, scenarios: readonly ScenarioPlan[]): PasteBlock {
	const { checkpoint } = request;
	const family = familyById(checkpoint.family);
	const lines: string[] = [];
	for (const plan of scenarios) {
		const changed = changedSettings(request, plan);
		const passed = family.processorArguments?.(changed, checkpoint.constants) ?? byOwnName(changed, plan);
		lines.push(...(passed.statements ?? []));
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
		notes: imageLimitNotes(scenarios),
	};
}

/** Arguments under the settings' own names. */
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

/**
 * `vllm serve` arguments. Names: vllm-project/vllm docs/configuration/engine_args (`--max-model-len`,
 * `--limit-mm-per-prompt`, `--media-io-kwargs`, `--mm-processor-kwargs`).
 */
function vllmBlock(request: ResolvedPlanRequest, scenarios: readonly ScenarioPlan[]): PasteBlock {
	const { checkpoint, textTokens } = request;
	const family = familyById(checkpoint.family);
	const ignored = new Set(family.parities.includes("vllm") ? (family.ignored?.vllm ?? []) : []);
	const length =
		Math.max(...scenarios.map(({ chosen }) => chosen.contextTokens)) + textTokens.prompt + textTokens.answer;
	const limits: Record<string, number> = {};
	const mediaIo: Record<string, unknown> = {};
	const processor: Record<string, unknown> = {};
	const unread: string[] = [];
	for (const plan of scenarios) {
		if (plan.scenario === "video") limits.video = 1;
		else limits.image = Math.max(limits.image ?? 0, plan.chosen.allocation.maxImages ?? 1);
		const knobs: readonly Knob[] = family.knobs(checkpoint.constants)[plan.scenario];
		for (const [setting, value] of Object.entries(changedSettings(request, plan))) {
			const knob = knobs.find((candidate) => candidate.setting === setting);
			if (knob?.bound === "frames" && !ignored.has(setting)) mediaIo.video = { num_frames: value };
			else if (ignored.has(setting) || family.processorArguments !== undefined)
				unread.push(`${setting} ${value}`);
			else processor[setting.replace(/^video_/, "")] = value;
		}
	}
	const json = (value: object): string => `'${JSON.stringify(value)}'`;
	return {
		tool: "vllm",
		lines: [
			`--max-model-len ${Math.min(checkpoint.contextTokens, roundUp(length))}`,
			`--limit-mm-per-prompt ${json(limits)}`,
			...(Object.keys(mediaIo).length === 0 ? [] : [`--media-io-kwargs ${json(mediaIo)}`]),
			...(Object.keys(processor).length === 0 ? [] : [`--mm-processor-kwargs ${json(processor)}`]),
		],
		notes:
			unread.length === 0
				? []
				: [
						`no argument sets ${[...new Set(unread)].join(", ")}: write it into the snapshot's configuration, or plan with --parity vllm`,
					],
	};
}

/** To the next multiple of 256, so that a prompt a few tokens longer still fits. */
function roundUp(tokens: number): number {
	return Math.ceil(tokens / 256) * 256;
}
