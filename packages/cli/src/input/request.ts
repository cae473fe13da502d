/** Builds a plan request from the command line: a file, the options that override it, and the media it names. */

import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { assertPlannable } from "@onevision/api";
import { formatInteger, OnevisionError } from "@onevision/base";
import {
	type Parity,
	type Plan,
	type PlanRequest,
	plan,
	planRequestSchema,
	resolvePlanRequest,
	type Sample,
} from "@onevision/core";
import type { ProfileMedia } from "@onevision/data";
import { type AskedLoading, loadingOf, resolveLoading } from "@onevision/media";
import { isManifest, readManifest } from "@onevision/media/node";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { asset } from "../assets.ts";
import type { Terminal } from "../terminal.ts";
import { readSamples, reportLeftOut } from "./media.ts";
import { resolveModel } from "./model.ts";
import { parseNumber, parseWhole, readNumber } from "./numbers.ts";

export interface RequestOptions extends Pick<AskedLoading, "loading"> {
	readonly budget?: string;
	readonly mix?: string;
	readonly model?: string;
	readonly media?: string;
	readonly profile?: string;
	readonly grouping?: string;
	readonly fullRecipe?: boolean;
	readonly lora?: string | boolean;
	readonly freezeTower?: boolean;
	readonly offload?: string;
	readonly batch?: string;
	readonly purpose?: string;
	readonly config?: string;
	readonly hub?: string;
	readonly parity?: string;
	readonly accelerator?: string;
	readonly accelerators?: string;
	readonly price?: string;
	readonly allow?: readonly string[];
}

/** Largest request file read, bytes. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** Maximum alias expansions of a YAML file: rejects a YAML bomb, but anchors still work. */
const MAX_ALIASES = 100;

/**
 * Reads the request and its media, and plans. Without a request, plans the defaults on the given media, or on the
 * example if there are none.
 */
export async function planFromCommandLine(
	terminal: Terminal,
	file: string | undefined,
	options: RequestOptions,
): Promise<Plan> {
	const measured = await readMeasured(terminal, options);
	const hasMedia = options.media !== undefined || measured !== undefined;
	const path = file ?? (hasMedia ? undefined : asset("examples/request.yaml"));
	const folder = path === undefined || path === "-" ? terminal.cwd : dirname(resolve(terminal.cwd, path));
	const asked = path === undefined ? {} : await readRequest(terminal, path);
	const written = planRequestSchema.parse(withOverrides(withMeasured(asked, measured), options), "");
	const { model } = await resolveModel(terminal, { model: "", ...options });
	const checkpoint = typeof model === "string" ? undefined : model;
	if (typeof written.model === "string") assertPlannable(written.model);
	if (written.purpose === "deploy") refuseTrainingOptions(options);
	// Rejects an invalid request before reading a folder.
	resolvePlanRequest(written, checkpoint);
	const media = measured?.samples ?? (await readGivenMedia(terminal, written, folder, options));
	return plan(written, media, checkpoint);
}

/** Options that apply only to a training plan. */
const TRAINING_OPTIONS = {
	fullRecipe: "--full-recipe",
	lora: "--lora",
	freezeTower: "--freeze-tower",
	offload: "--offload",
	accelerators: "--accelerators",
} as const satisfies Partial<Record<keyof RequestOptions, string>>;

/** Throws `invalid-input` for options that a deployment plan would silently ignore. */
function refuseTrainingOptions(options: RequestOptions): void {
	const given = Object.entries(TRAINING_OPTIONS)
		.filter(([key]) => options[key as keyof typeof TRAINING_OPTIONS] !== undefined)
		.map(([, flag]) => flag);
	if (given.length === 0) return;
	throw new OnevisionError(
		"invalid-input",
		`${given.join(", ")}: for plans to train only; leave it out, or plan with --purpose train`,
	);
}

/** Samples and mix of `--profile`, in place of media given in any other way. */
async function readMeasured(terminal: Terminal, options: RequestOptions): Promise<ProfileMedia | undefined> {
	const { profile, media, grouping, loading } = options;
	if (profile === undefined) return undefined;
	const others = Object.entries({ "--media": media, "--grouping": grouping, "--loading": loading });
	const other = others.find(([, value]) => value !== undefined);
	if (other !== undefined)
		throw new OnevisionError("invalid-input", `--profile: has measured the media; leave ${other[0]} out`);
	const { readProfileMedia } = await import("@onevision/data");
	const measured = await readProfileMedia(resolve(terminal.cwd, profile));
	const { samples, total } = measured;
	if (samples.length < total) {
		const [kept, all] = [samples.length, total].map(formatInteger);
		terminal.notes.push(`note: planned on ${kept} of the profile's ${all} samples, drawn by their numbers`);
	}
	return measured;
}

/** The request with the measured mix, and without media of its own. */
function withMeasured(
	request: Record<string, unknown>,
	measured: ProfileMedia | undefined,
): Record<string, unknown> {
	if (measured === undefined) return request;
	const { media: _replaced, ...rest } = request;
	return { ...rest, mix: measured.mix };
}

async function readGivenMedia(
	terminal: Terminal,
	request: PlanRequest,
	requestFolder: string,
	options: RequestOptions,
): Promise<readonly Sample[]> {
	const inRequest = request.media?.folder;
	const path = options.media ?? (inRequest === undefined ? undefined : resolve(requestFolder, inRequest));
	if (path === undefined) return [];
	if (isManifest(path)) return readSamplesOf(terminal, path);
	const grouping = request.media?.grouping ?? "none";
	const loading = resolveLoading(options, loadingOf(request.parity as Parity | undefined));
	const { samples, leftOut } = await readSamples(terminal, path, grouping, loading);
	reportLeftOut(terminal, leftOut);
	return samples;
}

/** Samples of a manifest; reports bad lines. */
async function readSamplesOf(terminal: Terminal, path: string): Promise<readonly Sample[]> {
	const { samples, badLines, bad } = await readManifest(resolve(terminal.cwd, path), path);
	for (const { line, reason } of badLines) terminal.notes.push(`left out: ${path} line ${line}: ${reason}`);
	if (bad > badLines.length) terminal.notes.push(`left out: ${bad - badLines.length} more lines`);
	return samples;
}

async function readRequest(terminal: Terminal, path: string): Promise<Record<string, unknown>> {
	const text = path === "-" ? await readStandardInput(terminal) : await readRequestFile(terminal, path);
	let value: unknown;
	try {
		// JSON is valid YAML, so one parser reads both.
		value = parseYaml(text, { maxAliasCount: MAX_ALIASES, prettyErrors: true });
	} catch (error) {
		const reason =
			error instanceof YAMLParseError || error instanceof Error ? error.message.split("\n")[0] : "";
		throw new OnevisionError("invalid-input", `${path}: not readable as YAML or JSON: ${reason}`);
	}
	if (value === null || value === undefined) return {};
	if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
	throw new OnevisionError(
		"invalid-input",
		`${path}: a plan request is an object, not ${Array.isArray(value) ? "a list" : typeof value}`,
	);
}

async function readRequestFile(terminal: Terminal, path: string): Promise<string> {
	const absolute = resolve(terminal.cwd, path);
	try {
		const { size } = await stat(absolute);
		if (size > MAX_REQUEST_BYTES) throw tooLarge(path);
		return await readFile(absolute, "utf8");
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		const why =
			code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder; did you mean --media?" : code;
		throw new OnevisionError("unreadable-file", `${path}: ${why}`);
	}
}

async function readStandardInput(terminal: Terminal): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of terminal.input()) {
		bytes += chunk.length;
		if (bytes > MAX_REQUEST_BYTES) throw tooLarge("-");
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(path: string): OnevisionError {
	return new OnevisionError(
		"over-limit",
		`${path}: a plan request is at most ${MAX_REQUEST_BYTES / 2 ** 20} MiB; describe media by size and weight, or name a folder`,
	);
}

/** Options replace the keys they name. The request's own schema validates the values later. */
function withOverrides(request: Record<string, unknown>, options: RequestOptions): Record<string, unknown> {
	const { budget, mix, model, media, grouping, purpose, parity, accelerator, accelerators, price, allow } =
		options;
	const { fullRecipe, lora, freezeTower, offload, batch } = options;
	const hardware = {
		...(offload === undefined ? {} : { offload }),
		...(batch === undefined ? {} : { requestBatch: parseWhole("--batch", batch) }),
		...(accelerator === undefined ? {} : { accelerator }),
		...(accelerators === undefined ? {} : { count: parseWhole("--accelerators", accelerators) }),
		...(price === undefined ? {} : { pricePerHour: parseNumber("--price", price, { min: 0 }) }),
	};
	const training = {
		...(lora === undefined ? {} : { method: "lora" }),
		...(typeof lora === "string" ? { loraRank: parseWhole("--lora", lora) } : {}),
		...(freezeTower === undefined ? {} : { freeze: ["tower"] }),
	};
	const given = (key: string): Record<string, unknown> => (request[key] ?? {}) as Record<string, unknown>;
	// Media on the command line replace the request's own media.
	const mediaKeys = {
		...(media === undefined ? given("media") : { folder: media }),
		...(grouping === undefined ? {} : { grouping }),
	};
	return {
		...request,
		...(budget === undefined ? {} : { budget: parseWhole("--budget", budget) }),
		...(mix === undefined ? {} : { mix: parseMix(mix) }),
		...(model === undefined ? {} : { model }),
		...(purpose === undefined ? {} : { purpose }),
		...(parity === undefined ? {} : { parity }),
		...(allow === undefined ? {} : { allow }),
		...(media === undefined && grouping === undefined ? {} : { media: mediaKeys }),
		...(fullRecipe === true ? { curriculum: { ...given("curriculum"), start: "scratch" } } : {}),
		...(Object.keys(training).length === 0 ? {} : { training: { ...given("training"), ...training } }),
		...(Object.keys(hardware).length === 0 ? {} : { hardware: { ...given("hardware"), ...hardware } }),
	};
}

/** `40,30,30` → shares, in the order of the scenarios. */
function parseMix(text: string): Record<string, number> {
	const shares = text.split(",").map(readNumber);
	if (shares.length !== 3 || shares.some((share) => !Number.isFinite(share))) {
		throw new OnevisionError(
			"invalid-input",
			`--mix ${text}: expected three numbers for single-image, multi-image and video, e.g. 40,30,30`,
		);
	}
	return { "single-image": shares[0] ?? 0, "multi-image": shares[1] ?? 0, video: shares[2] ?? 0 };
}
