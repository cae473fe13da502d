/** `onevision count --request`: what a chat request costs and which limits it breaks, before it is sent. */

import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
	assessmentJson,
	assessRequest,
	type PriceOverrides,
	parsePrices,
	REQUEST_APIS,
	type RequestAssessment,
	type RequestMedia,
	readChatRequest,
	type SizedItem,
	titleOfApi,
} from "@onevision/api";
import { formatInteger, OnevisionError } from "@onevision/base";
import * as schema from "@onevision/base/schema";
import { sizeOfBytes, sizeOfFileIn } from "@onevision/media/node";
import { EXIT } from "../exit.ts";
import { refusalOf } from "../refusal.ts";
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
	const opened = await Promise.all(request.media.map((media) => openMedia(media, folder)));
	const prices = options.prices === undefined ? undefined : await readPrices(terminal, options.prices);
	const assessment = assessRequest(request, opened, {
		...(options.model === undefined ? {} : { model: options.model }),
		...(options.date === undefined ? {} : { date: options.date }),
		...(prices === undefined ? {} : { prices }),
	});
	if (options.json) {
		await terminal.out(`${JSON.stringify(assessmentJson(assessment), null, 2)}\n`);
	} else {
		await terminal.out(`${render(terminal, assessment)}\n`);
	}
	const isAccepted = assessment.breaches.length === 0 && assessment.notCounted === 0;
	return isAccepted && request.problems.length === 0 ? EXIT.done : EXIT.error;
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

/** Reads enough of an item to find its size; `undefined` for one that is not local, its error if it cannot be read. */
async function openMedia(
	{ reference }: RequestMedia,
	folder: string,
): Promise<SizedItem | OnevisionError | undefined> {
	try {
		if (reference.kind === "data") return await sizeOfBytes(reference.bytes);
		return reference.kind === "file" ? await sizeOfFileIn(folder, reference.path) : undefined;
	} catch (error) {
		const refusal = refusalOf(error);
		if (refusal !== undefined) return new OnevisionError(refusal.code, refusal.message);
		throw error;
	}
}

async function readPrices(terminal: Terminal, file: string): Promise<PriceOverrides> {
	const text = await readBody(terminal, file, resolve(terminal.cwd, file));
	return parsePrices(parseJson(text, file), `--prices ${file}`);
}

function render(terminal: Terminal, assessment: RequestAssessment): string {
	const { bold, dim, red } = terminal.colors;
	const { items, media, text, outputTokens, contextTokens, contextWindow } = assessment;
	const { breaches, notes, cost, problems } = assessment;
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
