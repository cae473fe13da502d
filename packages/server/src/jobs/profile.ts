/** `profile`: measures a training set below the server's folders, as a job with progress. */

import { OnevisionError } from "@onevision/base";
import { choice, type Infer, integer, isRecord, list, object, optional, text } from "@onevision/base/schema";
import { createCounterFrom } from "@onevision/core";
import { ESTIMATED_TEXT, FORMATS, profileData, readChatMeter, reportOf } from "@onevision/data";
import {
	assertOpenCounter,
	chooseModel,
	counterFor,
	modelFields,
	turningOf,
} from "../operations/model-question.ts";
import type { OperationContext } from "../operations/operation.ts";

const path = (doc: string) => text(doc, 4096);

export const profileInput = object("What to profile", {
	...modelFields,
	data: list(
		"Data sets below a folder of the server",
		path("JSON, JSON Lines, Parquet, tar shards or a folder"),
		{ min: 1, max: 100 },
	),
	format: optional(choice("The format (default: told by the content)", FORMATS)),
	root: optional(path("Where media paths start, and what none may leave (default: the file's own folder)")),
	tokenizer: optional(
		path("Folder of the model's tokenizer and chat template: text is counted, not estimated"),
	),
	budget: optional(integer("Visual tokens per sample: what is over", { min: 1, max: 1e9 })),
	maxLengths: optional(
		list("Lengths to try: what each truncates", integer("Tokens", { min: 1, max: 1e9 }), { min: 1, max: 20 }),
	),
	seed: optional(integer("Seed of what mixtures draw at random", { min: 0, max: 2 ** 32 - 1 })),
});

type ProfileInput = Infer<typeof profileInput>;

/** Threads of one profile. */
const THREADS = 2;
/** Reports progress at most this often, milliseconds. */
const PROGRESS_MS = 250;

/** The work of the job; everything that can be refused at once is, before it returns. */
export async function profileJob(asked: ProfileInput, context: OperationContext) {
	const chosen = chooseModel(asked, context);
	const anyCounter = counterFor(chosen);
	assertOpenCounter(anyCounter, "profile takes");
	const counter = createCounterFrom(chosen.model, chosen.settings);
	const { roots } = context.media;
	const paths = await Promise.all(asked.data.map((each, index) => roots.place(each, `data[${index}]`)));
	const root = asked.root === undefined ? {} : { root: await roots.place(asked.root, "root") };
	const meter =
		asked.tokenizer === undefined
			? ESTIMATED_TEXT
			: await readChatMeter(await roots.place(asked.tokenizer, "tokenizer"), "tokenizer");
	const question = {
		...{ model: chosen.model, settings: chosen.settings, maxLengths: asked.maxLengths ?? [] },
		...(asked.budget === undefined ? {} : { budget: asked.budget }),
	};
	/** Real paths are the server's own business; a client reads the ones it gave. */
	const asGiven = (text: string): string =>
		paths.reduce((shown, real, index) => shown.replaceAll(real, () => asked.data[index] ?? ""), text);
	const work = async (progress: (data: unknown) => void, signal: AbortSignal): Promise<unknown> => {
		let reported = 0;
		const profile = await profileData(
			{
				...{ paths, counter, text: meter, ...turningOf(anyCounter), ...root },
				// In threads of their own, so that the server goes on answering.
				threads: THREADS,
				...(asked.format === undefined ? {} : { format: asked.format }),
				...(asked.seed === undefined ? {} : { seed: asked.seed }),
			},
			(now) => {
				signal.throwIfAborted();
				if (performance.now() - reported < PROGRESS_MS) return;
				reported = performance.now();
				progress(now);
			},
		);
		signal.throwIfAborted();
		const report = reportOf(profile.totals, question);
		if (report.samples === 0) throw new OnevisionError("invalid-input", "data: no samples; check the paths");
		const { id, title, settings } = anyCounter;
		const sets = profile.about.sets.map(({ path, format }) => ({ path, format }));
		return { ...{ model: id, title, settings, text: meter.basis, sets }, ...report };
	};
	return async (progress: (data: unknown) => void, signal: AbortSignal): Promise<unknown> => {
		try {
			return mapText(await work(progress, signal), asGiven);
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			throw new OnevisionError(error.code, asGiven(error.message));
		}
	};
}

/** The same plain data with every text in it changed. */
function mapText(value: unknown, change: (text: string) => string): unknown {
	if (typeof value === "string") return change(value);
	if (Array.isArray(value)) return value.map((each) => mapText(each, change));
	if (!isRecord(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapText(each, change)]));
}
