/** `onevision fit`: finds the largest size, clip or setting under a token limit. For --jsonl see fit-length.ts. */

import { assertOpen, type ModelSettings, modelSettings } from "@onevision/api";
import { formatInteger, OnevisionError, type Size } from "@onevision/base";
import {
	type Checkpoint,
	createCounterFrom,
	DEFAULT_LONG_SIDE,
	type Fit,
	type FitQuestion,
	fitFrames,
	fitSetting,
	fitSize,
	showUnverified,
	unverifiedCheckpointFacts,
	type VideoItem,
} from "@onevision/core";
import { EXIT } from "../exit.ts";
import { resolveModel } from "../input/model.ts";
import { parseWhole } from "../input/numbers.ts";
import { imageOf, videoOf } from "../input/samples.ts";
import { askedSettings } from "../input/settings.ts";
import { fittedTable } from "../render/fitted-table.ts";
import { samplingNote } from "../render/sampling.ts";
import type { Column } from "../render/table.ts";
import { wrap } from "../render/wrap.ts";
import type { Terminal } from "../terminal.ts";
import { fitLength } from "./fit-length.ts";

export interface FitOptions {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly parity?: string;
	readonly asIs?: boolean;
	readonly image: readonly string[];
	readonly video: readonly string[];
	/** `W:H` */
	readonly aspect?: string;
	readonly jsonl?: string;
	readonly tokens?: string;
	/** Key of the setting to search. */
	readonly setting?: string;
	/** Share of the samples that must fit completely; with `jsonl`. */
	readonly quantile?: string;
	/** The model's tokenizer.json; with `jsonl`. */
	readonly tokenizer?: string;
	readonly json?: boolean;
}

/** The options with the model resolved: a name, or the checkpoint of a snapshot. */
type ResolvedOptions = Omit<FitOptions, "model"> & { readonly model: string | Checkpoint };

export async function fitMedia(terminal: Terminal, given: FitOptions): Promise<number> {
	const resolved = await resolveModel(terminal, given);
	const options: ResolvedOptions = { ...given, model: resolved.model };
	const { model } = options;
	assertOpen(model, "fit searches");
	const { settings, sampling } = modelSettings(model, askedSettings(options), resolved.settings);
	if (options.jsonl !== undefined) {
		return answerLength(terminal, options, options.jsonl, {
			settings,
			...(sampling === undefined ? {} : { sampling }),
		});
	}
	const counter = createCounterFrom(options.model, settings);
	const answer = answerOf(options, { settings, ...(sampling === undefined ? {} : { sampling }) });
	// If the number of frames is being searched, no other sampling applies.
	const hasVideo = options.video.length > 0 && sampling?.choosers.includes(options.setting ?? "") !== true;
	const { contextTokens } = counter.checkpoint;
	const maxTokens = tokensOf(options);
	const { visualTokens } = answer.fit.largest;
	const over = contextTokens === undefined ? 0 : Math.max(0, visualTokens - contextTokens);
	if (options.json) {
		const { fit, question } = answer;
		const { checkpoint, settings: used } = counter;
		const result = {
			model: checkpoint.title,
			parity: used.parity,
			settings: used.values,
			...(hasVideo ? { videoSampling: sampling } : {}),
			question,
			maxTokens,
			...(contextTokens === undefined ? {} : { contextWindowTokens: contextTokens }),
			...fit,
			...(answer.wholeClip === undefined ? {} : { wholeClip: answer.wholeClip }),
			...(over > 0 ? { overContext: over } : {}),
		};
		await terminal.out(`${JSON.stringify(result, null, 2)}\n`);
		return EXIT.done;
	}
	const { bold, dim } = terminal.colors;
	const { columns } = terminal;
	const { head, body } = fittedTable(answer.columns, answer.rows, columns);
	const notes = [
		...(hasVideo ? [samplingNote(sampling, counter.settings.parity)] : []),
		...answer.notes,
		...(contextTokens !== undefined && over > 0
			? [
					`more than the model's context of ${formatInteger(contextTokens)} tokens: a lower --tokens is needed`,
				]
			: []),
	];
	const title = `${counter.checkpoint.title} as ${counter.settings.parity} counts it, at most ${formatInteger(maxTokens)} visual tokens`;
	const lines = [
		...wrap(title, columns).map((line, index) => (index === 0 ? bold(line) : dim(line))),
		"",
		...head.map(dim),
		...body,
		...notes.flatMap((note) => wrap(`note: ${note}`, columns).map(dim)),
		...unverifiedCheckpointFacts(counter.checkpoint).flatMap((facts) =>
			wrap(`unverified: ${showUnverified(facts)}`, columns).map(dim),
		),
	];
	await terminal.out(`${lines.join("\n")}\n`);
	return EXIT.done;
}

interface Answer {
	readonly question: "size" | "frames" | "setting";
	readonly fit: Fit<unknown>;
	readonly columns: readonly Column[];
	readonly rows: readonly (readonly string[])[];
	readonly notes: readonly string[];
	/** For a clip that is too long: the setting with which the whole clip fits under the limit. */
	readonly wholeClip?: { readonly setting: string; readonly value: number; readonly visualTokens: number };
}

/** Adds the number of frames with which the whole clip fits, if the model has such a setting. */
function withWholeClip(
	found: Answer,
	question: FitQuestion,
	clip: VideoItem,
	setting: string | undefined,
): Answer {
	if (setting === undefined) return found;
	try {
		const { value, visualTokens } = fitSetting({ ...question, sample: { media: [clip] }, setting }).largest;
		const note = `the whole clip fits with --set ${setting}=${value}: ${formatInteger(visualTokens)} tokens`;
		return { ...found, notes: [...found.notes, note], wholeClip: { setting, value, visualTokens } };
	} catch (error) {
		// This setting cannot do it: answer with the shorter clip.
		if (error instanceof OnevisionError) return found;
		throw error;
	}
}

/** The options determine the question: a setting if given, otherwise an aspect ratio, one image or one video. */
function answerOf(options: ResolvedOptions, settings: ModelSettings): Answer {
	const { image, video, aspect, setting } = options;
	const given = image.length + video.length + (aspect === undefined ? 0 : 1);
	if (setting === undefined ? given !== 1 : given === 0 || aspect !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"give one of --image WxH, --aspect W:H, --video WxH@FPS:SECONDS or --jsonl FILE; --setting KEY takes any number of images and videos, no --aspect",
		);
	}
	const question = {
		checkpoint: options.model,
		settings: settings.settings,
		maxTokens: tokensOf(options),
	};
	if (setting !== undefined) {
		const media = [...image.map(imageOf), ...video.map(videoOf)];
		const fit = fitSetting({ ...question, sample: { media }, setting });
		return answer("setting", fit, [setting], (value) => [String(value)], {
			atBound: `the highest ${setting} that was tried fits`,
		});
	}
	const [clip] = video.map(videoOf);
	if (clip !== undefined) {
		const { fps = Number.NaN } = clip;
		const fit = fitFrames({ ...question, video: clip });
		const found = answer(
			"frames",
			fit,
			["frames", "seconds"],
			(f) => [formatInteger(f), (f / fps).toFixed(2)],
			{
				atBound: "the whole clip fits",
			},
		);
		return fit.atBound ? found : withWholeClip(found, question, clip, settings.sampling?.choosers[0]);
	}
	const [only] = image.map(imageOf);
	const shape = only === undefined ? { aspect: parseAspect(aspect ?? "") } : { size: only };
	const fit = fitSize({ ...question, ...shape });
	return answer("size", fit, ["size"], ({ width, height }) => [`${width}x${height}`], {
		atBound:
			only === undefined
				? `sizes up to ${formatInteger(DEFAULT_LONG_SIDE)} px were tried; larger ones may fit`
				: "the image fits as it is",
	});
}

function answer<T>(
	question: Answer["question"],
	fit: Fit<T>,
	titles: readonly string[],
	cells: (value: T) => readonly string[],
	notes: { readonly atBound: string },
): Answer {
	const { largest, firstOver, atBound, searched } = fit;
	const over = firstOver === undefined ? [] : [["first over", firstOver] as const];
	const dips = firstOver !== undefined && (atBound || order(firstOver.value) < order(largest.value));
	return {
		question,
		fit,
		columns: [
			{ title: "" },
			...[...titles, "visual tokens"].map((title) => ({ title, align: "right" as const })),
		],
		rows: [["largest", largest] as const, ...over].map(([name, { value, visualTokens }]) => [
			name,
			...cells(value),
			formatInteger(visualTokens),
		]),
		notes: [
			...(atBound ? [notes.atBound] : []),
			...(dips ? ["tokens go up and down here: not everything smaller fits"] : []),
			...(searched === "steps"
				? [
						"searched in steps of 2 %: it fits and the next does not, but a narrow dip further up could be missed",
					]
				: []),
		],
	};
}

/** Maps a setting's value to a number that grows with it. */
function order(value: unknown): number {
	return typeof value === "number" ? value : Math.max((value as Size).width, (value as Size).height);
}

function tokensOf({ tokens }: ResolvedOptions): number {
	return wholeOption("--tokens", tokens, "the most visual tokens, e.g. --tokens 3500");
}

function wholeOption(name: string, text: string | undefined, what: string): number {
	if (text !== undefined) return parseWhole(name, text);
	throw new OnevisionError("invalid-input", `${name}: give ${what}`);
}

function parseAspect(text: string): Size {
	const match = /^([1-9]\d{0,6}):([1-9]\d{0,6})$/.exec(text.trim());
	if (match === null) {
		throw new OnevisionError("invalid-input", `--aspect ${text}: expected W:H in whole numbers, e.g. 16:9`);
	}
	return { width: Number(match[1]), height: Number(match[2]) };
}

function answerLength(
	terminal: Terminal,
	options: ResolvedOptions,
	file: string,
	settings: ModelSettings,
): Promise<number> {
	const { image, video, aspect, setting } = options;
	if (image.length + video.length > 0 || aspect !== undefined || setting !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"--jsonl stands alone: leave out --image, --video, --aspect and --setting",
		);
	}
	const limit =
		options.tokens === undefined ? undefined : wholeOption("--tokens", options.tokens, "a length in tokens");
	return fitLength(terminal, { ...options, ...settings, file, limit });
}
