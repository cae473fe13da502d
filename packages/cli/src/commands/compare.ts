/** `onevision compare`: the same media under several models. */

import {
	checkpointById,
	type ErrorCode,
	isCheckpointName,
	OnevisionError,
	resolveCheckpointId,
	statistics,
} from "@onevision/core";
import { type AnyCounter, allModelIds, type CountedSample, createAnyCounter } from "../input/any-model.ts";
import { type LoadingCommand, resolveLoading } from "../input/loading.ts";
import { type GivenMedia, givenSamples, type NamedSample } from "../input/samples.ts";
import { resolveModel } from "../input/snapshot.ts";
import { whole } from "../render/numbers.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface CompareOptions extends GivenMedia, LoadingCommand {
	readonly models: string;
	readonly config?: string;
	readonly hub?: string;
	readonly asIs?: boolean;
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

/** More media than this are summed up instead of shown one by one. */
const MAX_COLUMNS = 6;

type Cell = { readonly layout: CountedSample } | { readonly refused: string; readonly code: ErrorCode };

interface Row {
	readonly id: string;
	readonly cells: readonly Cell[];
}

export async function compareModels(
	terminal: Terminal,
	paths: readonly string[],
	options: CompareOptions,
): Promise<void> {
	const ids = chosenModels(options.models);
	const snapshot = await resolveModel(terminal, { model: "", ...options });
	// One way of loading for all: models are compared on the same pictures.
	const samples = await givenSamples(terminal, paths, options, resolveLoading(options, undefined));
	const counters = ids.map((id) => {
		const usual = isCheckpointName(id) ? checkpointById(resolveCheckpointId(id)).usual : undefined;
		return { id, counter: createAnyCounter(id, options.asIs === true ? {} : { ...usual }) };
	});
	// A model of one's own stands first.
	if (typeof snapshot.model !== "string") {
		const id = options.hub ?? options.config ?? snapshot.model.title;
		counters.unshift({ id, counter: createAnyCounter(snapshot.model, snapshot.settings) });
	}
	const counted = new Map<string, readonly Cell[]>();
	const rows = counters.map(({ id, counter }): Row => {
		const rule = ruleOf(id, counter);
		const cells = counted.get(rule) ?? samples.map(({ sample }) => tryCount(() => counter.count(sample)));
		counted.set(rule, cells);
		return { id, cells };
	});
	if (options.json) {
		const result = rows.map(({ id, cells }) => ({
			model: id,
			samples: cells.map((cell, index) => ({
				id: samples[index]?.name,
				...("refused" in cell
					? cell
					: { ...cell.layout, items: cell.layout.items.map(({ detail }) => detail) }),
			})),
		}));
		await terminal.out(`${JSON.stringify(result, null, 2)}\n`);
		return;
	}
	await terminal.out(`${render(terminal, rows, samples, options.asIs === true)}\n`);
}

/** The same for models that count alike: many sizes of one family differ in their language model only. */
function ruleOf(id: string, { kind, settings }: AnyCounter): string {
	if (kind === "api" || !isCheckpointName(id)) return id;
	const { family, constants } = checkpointById(resolveCheckpointId(id));
	return JSON.stringify([family, constants, settings]);
}

function chosenModels(asked: string): string[] {
	if (asked === "all") return [...allModelIds()];
	if (asked === "usual") return [...USUAL];
	return [...new Set(asked.split(",").map((name) => createAnyCounter(name.trim(), {}).id))];
}

function tryCount(count: () => CountedSample): Cell {
	try {
		return { layout: count() };
	} catch (error) {
		if (error instanceof OnevisionError) return { refused: error.message, code: error.code };
		throw error;
	}
}

function render(
	terminal: Terminal,
	rows: readonly Row[],
	samples: readonly NamedSample[],
	asIs: boolean,
): string {
	const { dim } = terminal.colors;
	const single = samples.length <= MAX_COLUMNS;
	const columns = single ? samples.map(({ name }) => name) : ["median", "p95", "largest"];
	const reasons: string[] = [];
	const body = rows.map(({ id, cells }) => {
		const counts = cells.flatMap((cell) => ("layout" in cell ? [cell.layout.visualTokens] : []));
		const total = counts.reduce((sum, count) => sum + count, 0);
		const refused = cells.length - counts.length;
		return [
			id,
			...(single ? cells.map((cell) => showCell(cell, reasons)) : showSpread(counts)),
			...(samples.length > 1 ? [whole(total)] : []),
			refused === 0 ? "" : `${refused} refused`,
		];
	});
	const [head = "", ...lines] = table(
		[
			{ title: "visual tokens" },
			...columns.map((title) => ({ title, align: "right" as const })),
			...(samples.length > 1 ? [{ title: "total", align: "right" as const }] : []),
			{ title: "" },
		],
		body,
	);
	const videos = samples.some(({ sample }) => sample.media.some(({ kind }) => kind === "video"));
	return [
		...(single ? [] : [dim(`${whole(samples.length)} media`)]),
		dim(head),
		...lines,
		...(reasons.length > 0 ? ["", ...reasons.map((reason, index) => dim(`[${index + 1}] ${reason}`))] : []),
		...(videos && !asIs
			? [
					"",
					dim(
						"videos are sampled as each model's card does where transformers takes every frame; --as-is does not",
					),
				]
			: []),
	].join("\n");
}

function showCell(cell: Cell, reasons: string[]): string {
	if ("refused" in cell) {
		const known = reasons.indexOf(cell.refused);
		const index = known === -1 ? reasons.push(cell.refused) - 1 : known;
		return `[${index + 1}]`;
	}
	const { items, visualTokens } = cell.layout;
	return `${items.some(({ range }) => range !== undefined) ? "≤ " : ""}${whole(visualTokens)}`;
}

function showSpread(counts: readonly number[]): string[] {
	if (counts.length === 0) return ["", "", ""];
	const { p50, p95, max } = statistics(
		counts,
		counts.map(() => 1),
	);
	return [p50, p95, max].map(whole);
}
