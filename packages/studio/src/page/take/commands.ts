/** The state as commands, TypeScript and YAML, to go on elsewhere. */

import type { PlanRequest, Sample } from "@onevision/core";
import type { Entry } from "../media/entries.ts";
import type { HeaderFacts } from "../media/header.ts";
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

/** The plan by options where they say it all, else by a request file. */
export function planCommand(input: PlanInput, model: string): string {
	const { budget, mix, purpose, accelerator, count, start, frames, media, allow } = input;
	if (frames !== undefined || media === "described") return "onevision plan request.yaml --out plan";
	return command([
		...["onevision", "plan", "--model", model, "--budget", String(budget), "--mix", mix.join(",")],
		...(purpose === "train" ? [] : ["--purpose", purpose]),
		...(media === "mine" ? ["--media", "samples.jsonl"] : []),
		...(start === "scratch" ? ["--full-recipe"] : []),
		...["--accelerator", accelerator, "--accelerators", String(count)],
		...allow.flatMap((rule) => ["--allow", rule]),
		...["--out", "plan"],
	]);
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

export function planCode(request: PlanRequest): string {
	return [
		'import { planMarkdown } from "@onevision/core";',
		'import { plan } from "@onevision/core/plan";',
		"",
		`const answer = plan(${literal(request)});`,
		"console.log(planMarkdown(answer));",
	].join("\n");
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
