/** `onevision models`: the checkpoints, or everything about one. */

import {
	API_MODEL_IDS,
	API_RULES,
	apiModelById,
	CHECKPOINT_IDS,
	type Checkpoint,
	checkpointById,
	familyById,
	isApiModelName,
	isCheckpointName,
	modelOf,
	resolveApiModelId,
	resolveCheckpointId,
	SCENARIOS,
} from "@onevision/core";
import { largeCount, whole } from "../render/numbers.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export async function showModels(
	terminal: Terminal,
	name: string | undefined,
	options: { readonly json?: boolean },
): Promise<void> {
	if (name === undefined) return listModels(terminal, options.json === true);
	if (!isCheckpointName(name) && isApiModelName(name))
		return showApiModel(terminal, name, options.json === true);
	const id = resolveCheckpointId(name);
	const checkpoint = checkpointById(id);
	const text = options.json
		? JSON.stringify(describe(id, checkpoint), null, 2)
		: renderModel(terminal, id, checkpoint);
	await terminal.out(`${text}\n`);
}

async function listModels(terminal: Terminal, json: boolean): Promise<void> {
	const rows = CHECKPOINT_IDS.map((id) => ({ id, checkpoint: checkpointById(id) }));
	if (json) {
		const open = rows.map(({ id, checkpoint }) => describe(id, checkpoint));
		const closed = API_MODEL_IDS.map((id) => ({ id, ...apiModelById(id) }));
		await terminal.out(`${JSON.stringify([...open, ...closed], null, 2)}\n`);
		return;
	}
	const [head = "", ...body] = table(
		[
			{ title: "id" },
			{ title: "family" },
			{ title: "parameters", align: "right" },
			{ title: "context", align: "right" },
			{ title: "scenarios" },
		],
		rows.map(({ id, checkpoint }) => [
			id,
			checkpoint.family,
			largeCount(modelOf(checkpoint.parts).parameters.total),
			checkpoint.contextTokens === undefined ? "unknown" : whole(checkpoint.contextTokens),
			familyById(checkpoint.family).scenarios.join(", "),
		]),
	);
	const [apiHead = "", ...apiBody] = table(
		[
			{ title: "closed model" },
			{ title: "provider" },
			{ title: "context", align: "right" },
			{ title: "counted by" },
		],
		API_MODEL_IDS.map((id) => {
			const { provider, rule, contextTokens } = apiModelById(id);
			const context = contextTokens === undefined ? "not published" : whole(contextTokens.value);
			return [id, provider, context, API_RULES[rule].title];
		}),
	);
	const { dim } = terminal.colors;
	const lines = [
		dim(head),
		...body,
		"",
		dim(apiHead),
		...apiBody,
		"",
		dim("onevision models ID shows settings and sources"),
	];
	await terminal.out(`${lines.join("\n")}\n`);
}

/** A closed model: the provider's rule, what a request may set, and what is rejected. */
async function showApiModel(terminal: Terminal, name: string, json: boolean): Promise<void> {
	const id = resolveApiModelId(name);
	const model = apiModelById(id);
	const rule = API_RULES[model.rule];
	if (json) {
		await terminal.out(`${JSON.stringify({ id, ...model, ruleSource: rule.source }, null, 2)}\n`);
		return;
	}
	const { bold, dim } = terminal.colors;
	const { source: limitSource, ...limits } = model.limits;
	const newest = model.versions.at(-1);
	const facts: [string, string][] = [
		["provider", model.provider],
		["counted by", rule.title],
		[
			"context",
			model.contextTokens === undefined ? "not published" : `${whole(model.contextTokens.value)} tokens`,
		],
		["rules from", model.versions.map(({ from }) => from ?? "release").join(", ")],
		["rejects", Object.keys(limits).length === 0 ? "nothing published" : JSON.stringify(limits)],
		["other names", model.aliases.join(", ") || "none"],
		["constants from", newest?.source ?? ""],
		["rule from", rule.source],
		["limits from", limitSource],
	];
	const settings = Object.entries<{ readonly doc: string; readonly expects: string }>(rule.settings);
	const [head = "", ...body] = table(
		[{ title: "setting" }, { title: "meaning" }],
		[
			...settings.map(([key, { doc, expects }]) => [key, `${doc} (${expects})`]),
			["date", "the day whose rule is asked for, YYYY-MM-DD"],
		],
	);
	const width = Math.max(...facts.map(([label]) => label.length));
	const lines = [
		`${bold(model.title)} ${dim(id)}`,
		"",
		...facts.map(([label, value]) => `${dim(label.padEnd(width))}  ${value}`),
		"",
		dim(head),
		...body,
	];
	await terminal.out(`${lines.join("\n")}\n`);
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
		parameters,
		familySource: family.source,
	};
}

function renderModel(terminal: Terminal, id: string, checkpoint: Checkpoint): string {
	const { bold, dim } = terminal.colors;
	const family = familyById(checkpoint.family);
	const { tower, languageModel, parameters } = modelOf(checkpoint.parts);
	const columns = family.parities.map((parity) => family.defaults(checkpoint.constants, parity));
	const settings = Object.entries(family.settings).map(([key, { doc, expects }]) => [
		key,
		...columns.map((defaults) => String(defaults[key])),
		`${doc} (${expects})`,
	]);
	const facts: [string, string][] = [
		["family", `${checkpoint.family}, ${family.title}`],
		["tower", `${tower.name}, ${largeCount(parameters.tower)} parameters`],
		["projector", `${checkpoint.parts.projector.kind}, ${largeCount(parameters.projector)} parameters`],
		["language model", `${languageModel.name}, ${largeCount(parameters.languageModel)} parameters`],
		[
			"context",
			checkpoint.contextTokens === undefined ? "unknown" : `${whole(checkpoint.contextTokens)} tokens`,
		],
		["scenarios", SCENARIOS.filter((scenario) => family.scenarios.includes(scenario)).join(", ")],
		["other names", checkpoint.aliases.join(", ")],
		["constants from", checkpoint.source],
		["rule from", family.source],
	];
	const titles = [
		{ title: "setting" },
		...family.parities.map((parity) => ({ title: parity })),
		{ title: "meaning" },
	];
	const [head = "", ...body] = table(titles, settings);
	const width = Math.max(...facts.map(([label]) => label.length));
	return [
		`${bold(checkpoint.title)} ${dim(id)}`,
		"",
		...facts.map(([label, value]) => `${dim(label.padEnd(width))}  ${value}`),
		"",
		...(settings.length === 0 ? ["no settings: every input costs the same"] : [dim(head), ...body]),
	].join("\n");
}
