/** `onevision models`: lists all models, searches them by words, or shows everything about one. */

import {
	API_RULES,
	type ApiModelId,
	apiModelById,
	type FoundModels,
	findModels,
	isApiModelName,
	mediaFormats,
	resolveApiModelId,
} from "@onevision/api";
import { formatCount, formatInteger } from "@onevision/base";
import {
	type Checkpoint,
	type CheckpointId,
	checkpointById,
	familyById,
	isCheckpointName,
	modelOf,
	orUnknown,
	resolveCheckpointId,
	SCENARIOS,
	type Scenario,
	showUnverified,
	unverifiedFacts,
} from "@onevision/core";
import { type FittedColumn, fittedTable, leftOutNote } from "../render/fitted-table.ts";
import { definitions, wrap } from "../render/wrap.ts";
import type { Terminal } from "../terminal.ts";

export interface ModelsOptions {
	readonly json?: boolean;
}

/** A full name is a model; anything else is a search. A single hit is shown like a name. */
export async function showModels(
	terminal: Terminal,
	words: readonly string[],
	{ json = false }: ModelsOptions,
): Promise<void> {
	const [name, ...more] = words;
	if (name === undefined) return listModels(terminal, findModels([]), json);
	if (more.length === 0 && isCheckpointName(name)) return showOpen(terminal, resolveCheckpointId(name), json);
	if (more.length === 0 && isApiModelName(name)) return showClosed(terminal, resolveApiModelId(name), json);
	const found = findModels(words);
	const [open, closed] = [found.open[0], found.closed[0]];
	const hits = found.open.length + found.closed.length;
	// No hits: suggest the nearest name.
	if (hits === 0) resolveCheckpointId(words.join(" "));
	if (hits === 1 && open !== undefined) return showOpen(terminal, open, json);
	if (hits === 1 && closed !== undefined) return showClosed(terminal, closed, json);
	return listModels(terminal, found, json);
}

const right = (title: string, spare?: number): FittedColumn =>
	spare === undefined ? { title, align: "right" } : { title, align: "right", spare };

/** Scenario names for the table. */
const TAKES: Readonly<Record<Scenario, string>> = {
	"single-image": "single",
	"multi-image": "multi",
	video: "video",
};

async function listModels(terminal: Terminal, { open, closed }: FoundModels, json: boolean): Promise<void> {
	if (json) {
		const checkpoints = open.map((id) => describe(id, checkpointById(id)));
		const apis = closed.map((id) => ({ id, ...apiModelById(id) }));
		await terminal.out(`${JSON.stringify([...checkpoints, ...apis], null, 2)}\n`);
		return;
	}
	const { columns, colors } = terminal;
	const tables = [
		fittedTable(
			[
				{ title: "open model" },
				{ title: "family", spare: 2 },
				right("parameters", 1),
				right("context"),
				{ title: "scenarios" },
				{ title: "unverified", spare: 3 },
			],
			open.map((id) => {
				const checkpoint = checkpointById(id);
				const { family, parts, contextTokens, isReleased } = checkpoint;
				const { scenarios } = familyById(family);
				return [
					isReleased === false ? `${id} *` : id,
					family,
					formatCount(modelOf(parts).parameters.total),
					orUnknown(contextTokens, formatInteger),
					scenarios.map((scenario) => TAKES[scenario]).join(", "),
					[...new Set(unverifiedFacts(checkpoint).flatMap(({ properties }) => properties))].join(", "),
				];
			}),
			columns,
		),
		fittedTable(
			[{ title: "closed model" }, { title: "provider", spare: 1 }, right("context"), { title: "counted by" }],
			closed.map((id) => {
				const { provider, rule, contextTokens } = apiModelById(id);
				const context = contextTokens === undefined ? "unknown" : formatInteger(contextTokens.value);
				return [id, provider, context, API_RULES[rule].title];
			}),
			columns,
		),
	];
	const blocks = tables
		.filter(({ body }) => body.length > 0)
		.flatMap(({ head, body, leftOut }) => [
			...head.map(colors.dim),
			...body,
			...leftOutNote(leftOut, columns, "--json has all").flatMap((line) =>
				wrap(line, columns).map(colors.dim),
			),
			"",
		]);
	const providers = new Set(closed.map((id) => apiModelById(id).provider));
	const families = new Set(open.map((id) => checkpointById(id).family));
	const counts = [
		...(open.length > 0
			? [`${count(open.length, "open model")} of ${count(families.size, "family", "families")}`]
			: []),
		...(closed.length > 0
			? [`${count(closed.length, "closed model")} of ${count(providers.size, "provider")}`]
			: []),
	];
	const unreleased = open.some((id) => checkpointById(id).isReleased === false)
		? ["* configured in its training code, not released"]
		: [];
	const help = "onevision models WORD filters, onevision models ID shows settings and sources";
	await terminal.out(
		`${[...blocks, ...[...unreleased, `${counts.join(", ")}; ${help}`].flatMap((line) => wrap(line, columns)).map(colors.dim)].join("\n")}\n`,
	);
}

function count(number: number, one: string, several = `${one}s`): string {
	return `${formatInteger(number)} ${number === 1 ? one : several}`;
}

/** A closed model: the provider's rule, the settings of a request, and what is rejected. */
async function showClosed(terminal: Terminal, id: ApiModelId, json: boolean): Promise<void> {
	const model = apiModelById(id);
	const rule = API_RULES[model.rule];
	if (json) {
		await terminal.out(`${JSON.stringify({ id, ...model, ruleSource: rule.source }, null, 2)}\n`);
		return;
	}
	const { source: limitSource, ...limits } = model.limits;
	const newest = model.versions.at(-1);
	const context =
		model.contextTokens === undefined
			? "not published"
			: `${formatInteger(model.contextTokens.value)} tokens`;
	const formats = mediaFormats(model.provider);
	const settings = Object.entries<{ readonly doc: string; readonly expects: string }>(rule.settings);
	const page = pageOf(
		terminal,
		[model.title, id],
		[
			["provider", model.provider],
			["counted by", rule.title],
			["context", context],
			["rules from", model.versions.map(({ from }) => from ?? "release").join(", ")],
			["rejects", Object.keys(limits).length === 0 ? "nothing published" : limitsText(limits)],
			["image formats", formats?.image.join(", ") ?? "not confirmed"],
			...(formats?.video === undefined || rule.video === undefined
				? []
				: [["video formats", formats.video.join(", ")] as const]),
			["unverified", newest?.unverified?.join(", ") ?? "nothing"],
			["other names", model.aliases.join(", ") || "none"],
			["constants from", newest?.source ?? ""],
			["rule from", rule.source],
			["limits from", limitSource],
			...(formats === undefined ? [] : [["formats from", formats.source] as const]),
		],
		[{ title: "setting" }, { title: "meaning", wraps: true }],
		[
			...settings.map(([key, { doc, expects }]) => [key, `${doc} (${expects})`]),
			["date", "the day whose rule is asked for, YYYY-MM-DD"],
		],
	);
	await terminal.out(`${page}\n`);
}

/** `{"maxSide":8000}` → `maxSide 8000`. */
function limitsText(limits: Readonly<Record<string, unknown>>): string {
	return Object.entries(limits)
		.map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
		.join(", ");
}

async function showOpen(terminal: Terminal, id: CheckpointId, json: boolean): Promise<void> {
	const checkpoint = checkpointById(id);
	const text = json
		? JSON.stringify(describe(id, checkpoint), null, 2)
		: renderModel(terminal, id, checkpoint);
	await terminal.out(`${text}\n`);
}

function describe(id: string, checkpoint: Checkpoint) {
	const family = familyById(checkpoint.family);
	const { parameters } = modelOf(checkpoint.parts);
	const parity = family.parities[0];
	return {
		id,
		...checkpoint,
		scenarios: family.scenarios,
		parities: family.parities,
		settings: family.defaults(checkpoint.constants, parity),
		settingsByParity: Object.fromEntries(
			family.parities.map((each) => [each, family.defaults(checkpoint.constants, each)]),
		),
		parameters,
		unverifiedFacts: unverifiedFacts(checkpoint),
		familySource: family.source,
	};
}

function renderModel(terminal: Terminal, id: string, checkpoint: Checkpoint): string {
	const family = familyById(checkpoint.family);
	const { tower, languageModel, parameters } = modelOf(checkpoint.parts);
	const defaults = family.parities.map((parity) => family.defaults(checkpoint.constants, parity));
	const settings = Object.entries(family.settings).map(([key, { doc, expects }]) => [
		key,
		...defaults.map((values) => String(values[key])),
		`${doc} (${expects})`,
	]);
	const card = Object.entries(checkpoint.recommendedSettings ?? {}).map(([key, value]) => `${key}=${value}`);
	return pageOf(
		terminal,
		[checkpoint.title, id],
		[
			["family", `${checkpoint.family}, ${family.title}`],
			["tower", `${tower.name}, ${formatCount(parameters.tower)} parameters`],
			["projector", `${checkpoint.parts.projector.kind}, ${formatCount(parameters.projector)} parameters`],
			["language model", `${languageModel.name}, ${formatCount(parameters.languageModel)} parameters`],
			["context", orUnknown(checkpoint.contextTokens, (tokens) => `${formatInteger(tokens)} tokens`)],
			...(checkpoint.isReleased === false
				? [["weights", "none released: configured in its training code"] as const]
				: []),
			["scenarios", SCENARIOS.filter((scenario) => family.scenarios.includes(scenario)).join(", ")],
			...(card.length === 0 ? [] : [["card samples", card.join(" ")] as const]),
			["other names", checkpoint.aliases.join(", ")],
			["unverified", unverifiedFacts(checkpoint).map(showUnverified).join("; ") || "nothing"],
			["constants from", checkpoint.source],
			["tower from", tower.source],
			["language model from", languageModel.source],
			["rule from", family.source],
		],
		[
			{ title: "setting" },
			...family.parities.map((title, index) => (index === 0 ? { title } : { title, spare: index })),
			{ title: "meaning", wraps: true },
		],
		settings,
	);
}

/** Title, facts and settings of one model. */
function pageOf(
	{ columns, colors: { bold, dim } }: Terminal,
	[title, id]: readonly [string, string],
	facts: readonly (readonly [string, string])[],
	settingColumns: readonly FittedColumn[],
	settings: readonly (readonly string[])[],
): string {
	const { head, body, leftOut } = fittedTable(settingColumns, settings, columns);
	return [
		`${bold(title)} ${dim(id)}`,
		"",
		...definitions(facts, columns, dim),
		"",
		...(settings.length === 0 ? ["no settings: every input costs the same"] : [...head.map(dim), ...body]),
		...leftOutNote(leftOut, columns, "--json has all").flatMap((line) => wrap(line, columns).map(dim)),
	].join("\n");
}
