/** The models: a list that OpenAI's clients read as their own, and everything about one. */

import {
	API_RULES,
	apiModelById,
	findModels,
	isApiModelName,
	mediaFormats,
	resolveApiModelId,
} from "@onevision/api";
import { list, object, optional, text } from "@onevision/base/schema";
import {
	type Checkpoint,
	checkpointById,
	familyById,
	isCheckpointName,
	resolveCheckpointId,
	type Settings,
	showUnverified,
	unverifiedFacts,
} from "@onevision/core";
import { anyObject, anyValue, type ModelSource, operation } from "./operation.ts";

export const models = operation({
	id: "models",
	summary:
		"List the models, those of the model map first; with serve --model, the one that answers; search narrows the list",
	input: object("What to list", { search: optional(text("Words that names or families hold", 200)) }),
	output: object("Models", {
		object: text("list, as in OpenAI's API"),
		data: list("Models", anyObject("One, with id, object, owned_by and kind"), { min: 0, max: 1e4 }),
	}),
	run: async ({ search }, { models: source }) => {
		const words = search?.split(/\s+/).filter((word) => word !== "") ?? [];
		const { open, closed } = findModels(words);
		const mapped = source.names.filter((name) =>
			words.every((word) => name.toLowerCase().includes(word.toLowerCase())),
		);
		const row = (id: string, owned_by: string, more: object) => ({
			id,
			object: "model",
			created: 0,
			owned_by,
			...more,
		});
		// Clients offer everything on this list for chats.
		if (source.served !== undefined && search === undefined)
			return { object: "list", data: [row(source.served, "onevision", { kind: "served" })] };
		return {
			object: "list",
			data: [
				...mapped.map((id) => row(id, "model map", { kind: "mapped" })),
				...open.map((id) => {
					const { family, title, contextTokens } = checkpointById(id);
					return row(id, family, {
						kind: "open",
						title,
						...(contextTokens === undefined ? {} : { contextTokens }),
					});
				}),
				...closed.map((id) => {
					const { provider, title, contextTokens } = apiModelById(id);
					const window = contextTokens === undefined ? {} : { contextTokens: contextTokens.value };
					return row(id, provider, { kind: "closed", title, ...window });
				}),
			],
		};
	},
});

export const model = operation({
	id: "model",
	summary: "Everything about one model: settings with defaults, constants and their sources",
	input: object("Which", { id: text("Any name of a model", 200) }),
	output: object("The model", {
		id: text("Id"),
		object: text("model"),
		kind: text("open, closed or mapped"),
		settings: optional(anyObject("Settings that the model map adds")),
		about: anyValue("Constants, settings, rules, limits and sources"),
	}),
	run: async ({ id }, { models: source }) => describeModel(id, source),
});

interface DescribedModel {
	readonly id: string;
	readonly object: "model";
	readonly kind: "open" | "closed" | "mapped";
	/** Those that the model map adds. */
	readonly settings?: Settings;
	readonly about: object;
}

/** Throws `unknown-name` with the nearest name. */
export function describeModel(name: string, source: ModelSource): DescribedModel {
	const { model: resolved, settings } = source.resolve(name);
	const isMapped = source.names.includes(name);
	const own = isMapped ? { kind: "mapped" as const, settings } : {};
	if (typeof resolved !== "string")
		return { id: name, object: "model", kind: "open", ...own, about: openModel(resolved) };
	if (!isCheckpointName(resolved) && isApiModelName(resolved)) {
		const id = resolveApiModelId(resolved);
		const about = apiModelById(id);
		const rule = { title: API_RULES[about.rule].title, source: API_RULES[about.rule].source };
		return {
			...{ id: isMapped ? name : id, object: "model", kind: "closed", ...own },
			about: { ...about, rule, formats: mediaFormats(about.provider) },
		};
	}
	const id = resolveCheckpointId(resolved);
	return {
		id: isMapped ? name : id,
		object: "model",
		kind: "open",
		...own,
		about: openModel(checkpointById(id)),
	};
}

function openModel(checkpoint: Checkpoint): object {
	const family = familyById(checkpoint.family);
	const [parity] = family.parities;
	const defaults = family.defaults(checkpoint.constants, parity);
	return {
		...checkpoint,
		parities: family.parities,
		scenarios: family.scenarios,
		settings: Object.entries(family.settings).map(([key, { doc, json }]) => ({
			key,
			doc,
			default: defaults[key],
			json,
		})),
		unverified: unverifiedFacts(checkpoint).map(showUnverified),
	};
}
