/** The state as commands, TypeScript and YAML, to go on elsewhere. */

import type { PlanRequest, Sample } from "@onevision/core";
import type { Entry } from "../media/entries.ts";
import type { HeaderFacts } from "../media/header.ts";
import type { OptionValues } from "../plan/options.ts";
import type { PlanInput } from "../plan/plan-input.ts";
import type { ChangedSettings } from "../state/counter.ts";

/** A word as a shell takes it whole. */
function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The media of a request as arguments: files by name, sizes as options. */
function mediaWords({ items }: Entry): string[] {
	const words = items.flatMap(({ name, facts, source }) => {
		if (source.kind === "example") return [source.path.replace(/^media\//, "examples/media/")];
		if (source.kind === "file") return [name];
		return facts.kind === "image"
			? ["--image", `${facts.width}x${facts.height}`]
			: ["--video", videoText(facts)];
	});
	return items.length > 1 ? [...words, "--together"] : words;
}

function videoText(facts: Extract<HeaderFacts, { kind: "video" }>): string {
	const { width, height, frames, fps = 30 } = facts;
	return `${width}x${height}@${Number(fps.toFixed(6))}:${Number((frames / fps).toFixed(6))}`;
}

function settingWords(changed: ChangedSettings): string[] {
	return Object.entries(changed).flatMap(([key, value]) =>
		key === "parity" ? ["--parity", String(value)] : ["--set", `${key}=${value}`],
	);
}

function command(words: readonly string[]): string {
	return words.map(quoted).join(" ");
}

export function countCommand(entry: Entry, model: string, changed: ChangedSettings): string {
	return command(["onevision", "count", ...mediaWords(entry), "--model", model, ...settingWords(changed)]);
}

/** `undefined` for a request of which only sizes are known: there is nothing to draw. */
export function inspectCommand(entry: Entry, model: string, changed: ChangedSettings): string | undefined {
	if (entry.items.some(({ source }) => source.kind === "size")) return undefined;
	const words = mediaWords(entry);
	return command([
		"onevision",
		"inspect",
		...words,
		"--model",
		model,
		...settingWords(changed),
		"--out",
		"seen.png",
	]);
}

export function compareCommand(entry: Entry, models: readonly string[]): string {
	return command(["onevision", "compare", ...mediaWords(entry), "--models", models.join(",")]);
}

/**
 * The plan by options where they say it all, else by a request file. Without media the command would plan its example,
 * so that assumed and described sizes need the file as well.
 */
export function planCommand(input: PlanInput, model: string, profileName: string): string {
	const { budget, mix, purpose, accelerator, count, start, frames, media, allow } = input;
	const measured = {
		mine: ["--media", "samples.jsonl"],
		// The mix of a profile is its own unless one is given.
		profile: ["--profile", profileName, "--mix", mix.join(",")],
		assumed: undefined,
		described: undefined,
	}[media];
	const options = optionWords(input.options);
	if (frames !== undefined || measured === undefined || options === undefined) {
		return command(["onevision", "plan", "request.yaml", ...(measured ?? []), "--out", "plan"]);
	}
	const isTraining = purpose === "train";
	return command([
		...["onevision", "plan", "--model", model, "--budget", String(budget), ...measured],
		...(media === "profile" ? [] : ["--mix", mix.join(",")]),
		...(isTraining ? [] : ["--purpose", purpose]),
		...(isTraining && start === "scratch" ? ["--full-recipe"] : []),
		...["--accelerator", accelerator],
		...(isTraining ? ["--accelerators", String(count)] : []),
		...options,
		...allow.flatMap((rule) => ["--allow", rule]),
		...["--out", "plan"],
	]);
}

/** Options of the request that the command line has under a name of its own, for plans of either purpose. */
const FLAGS: Readonly<Record<string, string>> = {
	parity: "--parity",
	"hardware.pricePerHour": "--price",
	"hardware.requestBatch": "--batch",
};

/** `undefined` where an option has no flag. */
function optionWords(options: OptionValues): readonly string[] | undefined {
	const words = Object.entries(options).map(([path, value]) => {
		const flag = FLAGS[path];
		return flag === undefined ? undefined : [flag, String(value)];
	});
	return words.every((pair) => pair !== undefined) ? words.flat() : undefined;
}

export function countCode(model: string, settings: ChangedSettings, sample: Sample): string {
	return [
		'import { createAnyCounter } from "@onevision/api";',
		"",
		`const counter = createAnyCounter(${literal(model)}, ${literal(settings)});`,
		`const { visualTokens } = counter.count({ media: ${literal(sample.media)} });`,
		"console.log(visualTokens);",
	].join("\n");
}

/** Samples that are written out; more are read from the file beside. */
const MAX_WRITTEN = 24;

/** A plan on a profile's samples, on those given, or without any on the sizes of the request itself. */
export function planCode(request: PlanRequest, samples: readonly Sample[], profileName?: string): string {
	const { imports, media } = mediaCode(samples, profileName);
	return [
		...imports,
		'import { planMarkdown } from "@onevision/core";',
		'import { plan } from "@onevision/core/plan";',
		"",
		...media,
		`const answer = plan(${literal(request)}${media.length === 0 ? "" : ", samples"});`,
		"console.log(planMarkdown(answer));",
	].join("\n");
}

function mediaCode(samples: readonly Sample[], profileName: string | undefined) {
	if (samples.length === 0) return { imports: [], media: [] };
	if (profileName !== undefined) {
		return {
			imports: ['import { readProfileMedia } from "@onevision/data";'],
			media: [`const { samples } = await readProfileMedia(${literal(profileName)});`],
		};
	}
	if (samples.length <= MAX_WRITTEN) return { imports: [], media: [`const samples = ${literal(samples)};`] };
	return {
		imports: ['import { readFileSync } from "node:fs";'],
		media: [
			'const lines = readFileSync("samples.jsonl", "utf8").trim().split("\\n");',
			"const samples = lines.map((line) => JSON.parse(line));",
		],
	};
}

/** A value as TypeScript, on lines of a readable length. */
function literal(value: unknown, indent = ""): string {
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const inner = `${indent}\t`;
	const parts = Array.isArray(value)
		? value.map((each) => literal(each, inner))
		: Object.entries(value).map(([key, each]) => `${propertyName(key)}: ${literal(each, inner)}`);
	const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{ ", " }"];
	const line = `${open}${parts.join(", ")}${close}`;
	if (line.length <= 80 && !line.includes("\n"))
		return parts.length === 0 ? open.trim() + close.trim() : line;
	return `${open.trim()}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close.trim()}`;
}

function propertyName(key: string): string {
	return /^[a-z_$][\w$]*$/i.test(key) ? key : JSON.stringify(key);
}

/** One sample a line, as `--media` and `--jsonl` read them. */
export function samplesText(samples: readonly Sample[]): string {
	return samples.map((sample) => `${JSON.stringify(sample)}\n`).join("");
}
