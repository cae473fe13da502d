/** A model of the map that the gateway answers for: how it is counted, who answers, what it costs. */

import { resolve } from "node:path";
import { type AnyCounter, costOf, createAnyCounter, resolveApiModelId } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { checkpointById, familyById, isCheckpointName, resolveCheckpointId } from "@onevision/core";
import { readChatMeter } from "@onevision/data";
import type { Amounts, MappedModel, Policy } from "../config/config.ts";
import type { MappedTarget } from "../config/model-map.ts";
import { createPromptMeter, type PromptMeter } from "./prompt-meter.ts";

interface Cost {
	readonly inputUsd: number;
	readonly outputUsd: number;
}

export interface Target {
	readonly name: string;
	readonly upstream: URL;
	/** The model's name there; absent where it is the same. */
	readonly upstreamModel: string | undefined;
	/** Key to send there; absent where the client's own goes through. */
	readonly upstreamKey: string | undefined;
	readonly policy: Policy;
	readonly budget: Amounts;
	readonly model: MappedTarget["model"];
	/** The counter under the map's settings, or with some of the request's own. */
	counter(own?: Readonly<Record<string, unknown>>): AnyCounter;
	/** Keys of the family's settings; empty for closed models. */
	readonly settingKeys: ReadonlySet<string>;
	/** Absent for closed models, and without a tokenizer. */
	readonly text: PromptMeter | undefined;
	/** USD of a prompt and its answer; undefined where no price is known. */
	cost(promptTokens: number, answerTokens: number): Cost | undefined;
}

/** Counters of requests with settings of their own that are kept. */
const MAX_COUNTERS = 100;

/** Throws `invalid-input` for a target whose upstream or key is not usable; undefined for one without upstream. */
export async function createTarget(
	{ name, declared, model, settings }: MappedTarget,
	folder: string,
	env: Readonly<Record<string, string | undefined>>,
): Promise<Target | undefined> {
	const { upstream, upstreamModel, upstreamKey, tokenizer, policy = "reject", budget = {} } = declared;
	if (upstream === undefined) return undefined;
	const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
	if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.username !== "") {
		throw new OnevisionError(
			"invalid-input",
			`models.${name}.upstream: expected a base URL; write http://127.0.0.1:8001`,
		);
	}
	const secret = upstreamKey === undefined ? undefined : env[upstreamKey];
	if (upstreamKey !== undefined && (secret === undefined || secret === "")) {
		throw new OnevisionError(
			"invalid-input",
			`models.${name}.upstreamKey: the environment variable ${upstreamKey} is not set`,
		);
	}
	const counter = createAnyCounter(model, settings);
	const cache = new Map<string, AnyCounter>();
	return {
		...{ name, upstream: url, upstreamModel, upstreamKey: secret, policy, budget, model },
		counter: (own = {}) => {
			const key = JSON.stringify(own);
			if (key === "{}") return counter;
			const known = cache.get(key) ?? createAnyCounter(model, { ...settings, ...own });
			if (cache.size >= MAX_COUNTERS) cache.clear();
			cache.set(key, known);
			return known;
		},
		settingKeys: settingKeysOf(model),
		text:
			tokenizer === undefined
				? undefined
				: createPromptMeter(
						await readChatMeter(resolve(folder, tokenizer), `models.${name}.tokenizer ${tokenizer}`),
					),
		cost: costOfTarget(declared, counter),
	};
}

function settingKeysOf(model: MappedTarget["model"]): ReadonlySet<string> {
	if (typeof model === "string" && !isCheckpointName(model)) return new Set();
	const { family } = typeof model === "string" ? checkpointById(resolveCheckpointId(model)) : model;
	return new Set(Object.keys(familyById(family).settings));
}

/** The map's own price, otherwise the list price of a closed model. */
function costOfTarget({ inputUsd, outputUsd }: MappedModel, { kind, id }: AnyCounter): Target["cost"] {
	if (inputUsd !== undefined || outputUsd !== undefined) {
		return (prompt, answer) => ({
			inputUsd: (prompt * (inputUsd ?? 0)) / 1e6,
			outputUsd: (answer * (outputUsd ?? 0)) / 1e6,
		});
	}
	if (kind === "open") return () => undefined;
	const model = resolveApiModelId(id);
	return (input, output) => costOf(model, { input, output });
}
