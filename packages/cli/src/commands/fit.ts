/** `onevision fit`: the largest size, clip or setting under a token limit. With --jsonl see fit-length.ts. */

import {
	type Checkpoint,
	createCounterFrom,
	DEFAULT_LONG_SIDE,
	type Fit,
	fitFrames,
	fitSetting,
	fitSize,
	isApiModelName,
	isCheckpointName,
	OnevisionError,
	type Size,
} from "@onevision/core";
import { EXIT } from "../exit.ts";
import { parseSettings } from "../input/settings.ts";
import { parseImageSize, parseVideoSize } from "../input/sizes.ts";
import { resolveModel } from "../input/snapshot.ts";
import { overContextLine } from "../render/context.ts";
import { whole } from "../render/numbers.ts";
import { type Column, table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import { fitLength } from "./fit-length.ts";

export interface FitOptions {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly parity?: string;
	readonly image: readonly string[];
	readonly video: readonly string[];
	/** `W:H` */
	readonly aspect?: string;
	readonly jsonl?: string;
	readonly tokens?: string;
	/** Key of the setting that is searched. */
	readonly setting?: string;
	/** Share of the samples that must fit whole, with `jsonl`. */
	readonly quantile?: string;
	/** The model's tokenizer.json, with `jsonl`. */
	readonly tokenizer?: string;
	readonly json?: boolean;
}

/** The options with their model found: a name, or the checkpoint of a snapshot. */
type ResolvedOptions = Omit<FitOptions, "model"> & { readonly model: string | Checkpoint };

export async function fitMedia(terminal: Terminal, given: FitOptions): Promise<number> {
	const snapshot = await resolveModel(terminal, given);
	const options: ResolvedOptions = { ...given, model: snapshot.model };
	const { model } = options;
	if (typeof model === "string" && !isCheckpointName(model) && isApiModelName(model)) {
		throw new OnevisionError(
			"unsupported",
			`${model} is a closed model; fit searches open ones (onevision models), count takes both`,
		);
	}
	const settings = {
		...snapshot.settings,
		...parseSettings(options.set),
		...(options.parity === undefined ? {} : { parity: options.parity }),
	};
	if (options.jsonl !== undefined) return answerLength(terminal, options, options.jsonl, settings);
	const answer = answerOf(options, settings);
	const counter = createCounterFrom(options.model, settings);
	const { contextTokens } = counter.checkpoint;
	const over = Math.max(0, answer.fit.largest.visualTokens - contextTokens);
	if (options.json) {
		const { fit, question } = answer;
		const { checkpoint, settings: resolved } = counter;
		const result = {
			model: checkpoint.title,
			parity: resolved.parity,
			settings: resolved.values,
			question,
			maxTokens: tokensOf(options),
			...fit,
			...(over > 0 ? { overContext: over } : {}),
		};
		await terminal.out(`${JSON.stringify(result, null, 2)}\n`);
		return EXIT.done;
	}
	const { bold, dim } = terminal.colors;
	const [head = "", ...body] = table(answer.columns, answer.rows);
	const basis = `as ${counter.settings.parity} counts it, at most ${whole(tokensOf(options))} visual tokens`;
	const lines = [
		`${bold(counter.checkpoint.title)} ${dim(basis)}`,
		"",
		dim(head),
		...body,
		...(over > 0 ? [bold(overContextLine(over, contextTokens, "the largest"))] : []),
		...answer.notes.map((note) => dim(`note: ${note}`)),
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
}

/** What is asked follows from what is given: a setting, else an aspect ratio, one image or one video. */
function answerOf(options: ResolvedOptions, settings: Readonly<Record<string, unknown>>): Answer {
	const { image, video, aspect, setting } = options;
	const given = image.length + video.length + (aspect === undefined ? 0 : 1);
	if (setting === undefined ? given !== 1 : given === 0 || aspect !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"give one of --image WxH, --aspect W:H, --video WxH@FPS:SECONDS or --jsonl FILE; --setting KEY takes any number of images and videos, no --aspect",
		);
	}
	const question = { checkpoint: options.model, settings, maxTokens: tokensOf(options) };
	if (setting !== undefined) {
		const media = [...image.map(parseImageSize), ...video.map(parseVideoSize)];
		const fit = fitSetting({ ...question, sample: { media }, setting });
		return answer("setting", fit, [setting], (value) => [String(value)], {
			atBound: `the highest ${setting} that was tried fits`,
		});
	}
	const [clip] = video.map(parseVideoSize);
	if (clip !== undefined) {
		const { fps = Number.NaN } = clip;
		const fit = fitFrames({ ...question, video: clip });
		return answer("frames", fit, ["frames", "seconds"], (f) => [whole(f), (f / fps).toFixed(2)], {
			atBound: "the whole clip fits",
		});
	}
	const [picture] = image.map(parseImageSize);
	const shape = picture === undefined ? { aspect: parseAspect(aspect ?? "") } : { size: picture };
	const fit = fitSize({ ...question, ...shape });
	return answer("size", fit, ["size"], ({ width, height }) => [`${width}x${height}`], {
		atBound:
			picture === undefined
				? `sizes up to ${whole(DEFAULT_LONG_SIDE)} px were tried; larger ones may fit`
				: "the picture fits as it is",
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
			whole(visualTokens),
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

/** A value as a number that grows with it. */
function order(value: unknown): number {
	return typeof value === "number" ? value : Math.max((value as Size).width, (value as Size).height);
}

function tokensOf({ tokens }: ResolvedOptions): number {
	return wholeOption("--tokens", tokens, "the most visual tokens, e.g. --tokens 3500");
}

function wholeOption(name: string, text: string | undefined, what: string): number {
	if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text);
	const got = text === undefined ? "" : `, got ${JSON.stringify(text)}`;
	throw new OnevisionError("invalid-input", `${name}: give ${what}${got}`);
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
	settings: Readonly<Record<string, unknown>>,
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
	return fitLength(terminal, { ...options, file, settings, limit });
}
