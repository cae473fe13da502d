/**
 * A plan's settings as values of the processor's configuration in transformers: what `preprocessor_config.json`,
 * `video_preprocessor_config.json` and `processor_config.json` hold. Where scenarios differ, the configuration has the
 * value of the one with the largest share, and the others are arguments of a call.
 */

import { OnevisionError } from "@onevision/base";
import type { Knob } from "../families/family.ts";
import { familyById } from "../families/index.ts";
import type { Scenario } from "../sample.ts";
import { changedSettings, processorArgumentsOf } from "./paste.ts";
import type { Plan } from "./plan.ts";
import type { ScenarioPlan } from "./scenario.ts";

/** A JSON value. */
export type ConfigValue =
	| string
	| number
	| boolean
	| null
	| readonly ConfigValue[]
	| { readonly [key: string]: ConfigValue };
type Values = Readonly<Record<string, ConfigValue>>;

export interface ProcessorSettings {
	/** Attributes of the image processor, the video processor, the processor itself, and the model's configuration. */
	readonly image: Values;
	readonly video: Values;
	readonly processor: Values;
	readonly model: Values;
	/** Scenarios whose calls need arguments beside the configuration, as `images_kwargs` and `videos_kwargs`. */
	readonly calls: readonly {
		readonly scenario: Scenario;
		readonly images: Values;
		readonly videos: Values;
	}[];
	/** What neither expresses. */
	readonly notes: readonly string[];
}

/** The chosen settings that differ from the checkpoint's own, as configuration. */
export function processorSettings({ request, scenarios }: Plan): ProcessorSettings {
	const byShare = [...scenarios].sort((a, b) => b.share - a.share);
	const merged = {
		image: {} as Record<string, ConfigValue>,
		video: {} as Record<string, ConfigValue>,
		processor: {} as Record<string, ConfigValue>,
		model: {} as Record<string, ConfigValue>,
	};
	const notes = new Set<string>();
	const each = byShare.map((plan) => {
		const passed = processorArgumentsOf(request, plan);
		const images = evaluateAll(passed.images);
		const videos = evaluateAll(passed.videos);
		for (const note of passed.notes ?? []) notes.add(note);
		for (const statement of passed.statements ?? []) assign(merged, statement);
		for (const [key, value] of Object.entries(images)) merged.image[key] ??= value;
		for (const [key, value] of Object.entries(videos)) merged.video[key] ??= value;
		for (const setting of modelSettings(plan, request)) {
			notes.add(`the processor has no ${setting}: the model has to be built with it`);
		}
		if (plan.scenario === "multi-image" && plan.chosen.allocation.maxImages !== undefined) {
			notes.add(`no setting bounds the images of a sample: give at most ${plan.chosen.allocation.maxImages}`);
		}
		return { scenario: plan.scenario, images, videos };
	});
	const calls = each
		.map(({ scenario, images, videos }) => ({
			scenario,
			// A scenario without a value of its own must not take over another's: only its own differences are listed.
			images: differing(images, merged.image),
			videos: differing(videos, merged.video),
		}))
		.filter(({ images, videos }) => Object.keys({ ...images, ...videos }).length > 0);
	const { severalImages } = familyById(request.checkpoint.family);
	if (severalImages !== undefined && scenarios.some(({ scenario }) => scenario === "multi-image"))
		notes.add(severalImages);
	return { ...merged, calls, notes: [...notes] };
}

/** Changed settings that no processor has: those a released checkpoint does not accept. */
function modelSettings(plan: ScenarioPlan, request: Plan["request"]): string[] {
	const { checkpoint } = request;
	const knobs: readonly Knob[] = familyById(checkpoint.family).knobs(checkpoint.constants)[plan.scenario];
	return Object.entries(changedSettings(request, plan)).flatMap(([setting, value]) => {
		const knob = knobs.find((candidate) => candidate.setting === setting);
		return knob?.deployable === false ? [`${setting} ${value}`] : [];
	});
}

function differing(values: Values, from: Values): Values {
	return Object.fromEntries(
		Object.entries(values).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(from[key])),
	);
}

/** `processor.name = value` or `model.config.name = value`. */
function assign(
	target: { readonly processor: Record<string, ConfigValue>; readonly model: Record<string, ConfigValue> },
	statement: string,
): void {
	const [, object, name, value] = /^(processor|model\.config)\.(\w+) = (.+)$/.exec(statement) ?? [];
	if (object === undefined || name === undefined || value === undefined) throw unreadable(statement);
	target[object === "processor" ? "processor" : "model"][name] ??= evaluate(value);
}

function evaluateAll(values: Readonly<Record<string, string>> | undefined): Values {
	return Object.fromEntries(Object.entries(values ?? {}).map(([key, text]) => [key, evaluate(text)]));
}

/** Every canvas of up to so many tiles, as a family writes it for people. */
const CANVASES =
	/^\[\[(\d+) \* r, \1 \* c\] for r in range\(1, (\d+)\) for c in range\(1, \2\) if r \* c <= (\d+)\]$/;

/** The value of a Python expression in a processor's arguments: a literal, or the canvases of an AnyRes grid. */
function evaluate(expression: string): ConfigValue {
	const canvases = CANVASES.exec(expression);
	if (canvases !== null) {
		const [tile, end, most] = canvases.slice(1).map(Number) as [number, number, number];
		const sides = Array.from({ length: end - 1 }, (_, index) => index + 1);
		return sides.flatMap((rows) =>
			sides.filter((cols) => rows * cols <= most).map((cols) => [tile * rows, tile * cols]),
		);
	}
	const json = expression
		.replaceAll(/\bTrue\b/g, "true")
		.replaceAll(/\bFalse\b/g, "false")
		.replaceAll(/\bNone\b/g, "null");
	try {
		return JSON.parse(json) as ConfigValue;
	} catch {
		throw unreadable(expression);
	}
}

function unreadable(expression: string): OnevisionError {
	return new OnevisionError(
		"unsupported",
		`no configuration holds ${expression.slice(0, 120)}; pass it in the call, as the plan prints it`,
	);
}
