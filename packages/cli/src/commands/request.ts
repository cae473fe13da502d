/** `onevision count --request`: what a chat request costs and which limits it breaks, before it is sent. */

import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import {
	type AssessedItem,
	assessRequest,
	type PriceOverrides,
	REQUEST_APIS,
	type RequestAssessment,
	type RequestMedia,
	readChatRequest,
	type SizedItem,
	titleOfApi,
} from "@onevision/api";
import { formatInteger, OnevisionError } from "@onevision/base";
import * as schema from "@onevision/base/schema";
import { bytesSource, mediaItemOf, readHeader, readMediaHeader } from "@onevision/media/node";
import { EXIT } from "../exit.ts";
import { soundNotes } from "../render/sound.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface RequestOptions {
	readonly request: string;
	/** Overrides the model that the request names. */
	readonly model?: string;
	/** The API the request is written for, if its keys do not tell. */
	readonly api?: string;
	readonly date?: string;
	readonly prices?: string;
	readonly json?: boolean;
}

const apiSchema = schema.choice("API a request is written for", REQUEST_APIS);

/** Largest request body read, bytes; media are embedded as base64. */
const MAX_BODY_BYTES = 512 * 1024 * 1024;

export async function countRequest(terminal: Terminal, options: RequestOptions): Promise<number> {
	const fromInput = options.request === "-";
	const path = fromInput ? terminal.cwd : resolve(terminal.cwd, options.request);
	const folder = fromInput ? terminal.cwd : dirname(path);
	const api = options.api === undefined ? {} : { api: apiSchema.parse(options.api, "--api") };
	const body = parseJson(await readBody(terminal, options.request, path), options.request);
	const request = readChatRequest(body, api);
	const opened = await Promise.all(request.media.map((media) => sizeOf(media, folder)));
	const sizes = opened.map((size) => (size instanceof OnevisionError ? undefined : size));
	const prices = options.prices === undefined ? undefined : await readPrices(terminal, options.prices);
	const assessment = assessRequest(request, sizes, {
		...(options.model === undefined ? {} : { model: options.model }),
		...(options.date === undefined ? {} : { date: options.date }),
		...(prices === undefined ? {} : { prices }),
	});
	const items = assessment.items.map((item, index) => withOpenError(item, opened[index]));
	if (options.json) {
		await terminal.out(`${JSON.stringify({ ...assessment, items: items.map(plainItem) }, null, 2)}\n`);
	} else {
		await terminal.out(`${render(terminal, assessment, items)}\n`);
	}
	const sound = assessment.breaches.length === 0 && items.every(({ error }) => error === undefined);
	return sound && request.problems.length === 0 ? EXIT.done : EXIT.error;
}

async function readBody(terminal: Terminal, name: string, path: string): Promise<string> {
	if (name === "-") {
		const chunks: Uint8Array[] = [];
		for await (const chunk of terminal.input()) chunks.push(chunk);
		return Buffer.concat(chunks).toString("utf8");
	}
	try {
		const { size } = await stat(path);
		if (size > MAX_BODY_BYTES) {
			throw new OnevisionError("over-limit", `--request ${name}: larger than 512 MiB, which no API takes`);
		}
		return await readFile(path, "utf8");
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new OnevisionError(
			"unreadable-file",
			`--request ${name}: ${code === "ENOENT" ? "no such file" : code}`,
		);
	}
}

function parseJson(text: string, name: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new OnevisionError("invalid-input", `${name}: not JSON; give the body as it is sent to the API`);
	}
}

/** Reads enough of an item's bytes or file to find its size; `undefined` for an item that is not local. */
async function sizeOf(media: RequestMedia, folder: string): Promise<SizedItem | OnevisionError | undefined> {
	const { reference } = media;
	try {
		if (reference.kind === "data") {
			const header = await readMediaHeader(bytesSource(reference.bytes));
			if (header === undefined) {
				return new OnevisionError(
					"unreadable-file",
					`${media.path}: the data is of no image or video format read here`,
				);
			}
			return { media: mediaItemOf(header), bytes: reference.bytes.length, format: header.format };
		}
		if (reference.kind === "file") {
			const path = insideFolder(folder, reference.path, media.path);
			const header = await readHeader(path);
			return { media: mediaItemOf(header), bytes: (await stat(path)).size, format: header.format };
		}
		return undefined;
	} catch (error) {
		if (error instanceof OnevisionError) return error;
		return new OnevisionError(
			"unreadable-file",
			`${media.path}: ${(error as NodeJS.ErrnoException).code ?? "cannot be opened"}`,
		);
	}
}

/** Resolves a path inside the request's folder only: a request may come from someone else. */
function insideFolder(folder: string, path: string, place: string): string {
	const absolute = resolve(folder, path);
	const inside = relative(folder, absolute);
	if (!inside.startsWith("..") && !isAbsolute(inside)) return absolute;
	throw new OnevisionError(
		"invalid-input",
		`${place}: ${path} is outside the request's folder; put the file beside the request`,
	);
}

async function readPrices(terminal: Terminal, file: string): Promise<PriceOverrides> {
	const text = await readBody(terminal, file, resolve(terminal.cwd, file));
	const value = parseJson(text, file);
	if (!schema.isRecord(value))
		throw new OnevisionError("invalid-input", `--prices ${file}: expected an object of models`);
	const price = schema.object("USD per million tokens", {
		inputUsd: schema.number("Input", { min: 0, max: 1e6 }),
		outputUsd: schema.optional(schema.number("Output", { min: 0, max: 1e6 })),
	});
	return Object.fromEntries(
		Object.entries(value).map(([model, entry]) => [model, price.parse(entry, model)]),
	);
}

function withOpenError(item: AssessedItem, opened: SizedItem | OnevisionError | undefined): AssessedItem {
	return opened instanceof OnevisionError ? { ...item, error: opened } : item;
}

/** Errors do not serialize to JSON on their own. */
function plainItem({ error, ...item }: AssessedItem) {
	return error === undefined ? item : { ...item, error: { code: error.code, message: error.message } };
}

function render(terminal: Terminal, assessment: RequestAssessment, items: readonly AssessedItem[]): string {
	const { bold, dim, red } = terminal.colors;
	const { media, text, outputTokens, contextTokens, contextWindow, breaches, notes, cost, problems } =
		assessment;
	const counted = items.filter(({ count }) => count !== undefined);
	const [head = "", ...body] = table(
		[
			{ title: "item" },
			{ title: "resized", align: "right" },
			{ title: "basis", align: "right" },
			{ title: "visual tokens", align: "right" },
		],
		counted.map(({ path, count }) => [
			path,
			count === undefined ? "" : `${count.resized.width}x${count.resized.height}`,
			count?.exactness ?? "",
			count?.range === undefined
				? formatInteger(count?.visualTokens ?? 0)
				: `${formatInteger(count.range.min)}-${formatInteger(count.range.max)}`,
		]),
	);
	const window = contextWindow === undefined ? "" : ` of ${formatInteger(contextWindow.tokens)}`;
	const lines = [
		`${bold(assessment.title)} ${dim(`${assessment.model}, asked through ${titleOfApi(assessment.api)}`)}`,
		"",
		...(counted.length > 0 ? [dim(head), ...body, ""] : []),
		`media ${mediaTokens(media)}, text about ${formatInteger(text.estimatedTokens)}, answer up to ${formatInteger(outputTokens)}: ${formatInteger(contextTokens)} tokens${window}`,
		cost === undefined
			? dim("no price is known for this model; give --prices")
			: `about $${cost.totalUsd.toFixed(4)}: $${cost.inputUsd.toFixed(4)} in, $${cost.outputUsd.toFixed(4)} out ${dim(`(${cost.source})`)}`,
		...breaches.map(({ message }) => `${red("rejected")}  ${message}`),
		...items.flatMap(({ error }) => (error === undefined ? [] : [`${red("not counted")}  ${error.message}`])),
		...problems.map(({ error }) => `${red("not read")}  ${error.message}`),
		...items.flatMap(({ path, ignored }) =>
			ignored === undefined ? [] : [dim(`note: ${path}: ${ignored.join(", ")} means nothing to this model`)],
		),
		...items.flatMap(({ path, count }) =>
			(count === undefined ? [] : soundNotes(count)).map((note) => dim(`note: ${path}: ${note}`)),
		),
		...notes.map((note) => dim(`note: ${note}`)),
		...(media.unverified.length === 0
			? []
			: [dim(`unverified: ${assessment.title}: ${media.unverified.join(", ")}`)]),
		dim(`note: text is an ${text.note}`),
	];
	return lines.join("\n");
}

/** Images and sound, with both bounds where a count is a range. */
function mediaTokens({ contextTokens, bounds, audioBounds }: RequestAssessment["media"]): string {
	const least = bounds.min + audioBounds.min;
	return least === contextTokens
		? formatInteger(contextTokens)
		: `${formatInteger(least)}-${formatInteger(contextTokens)}`;
}
