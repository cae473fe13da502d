/**
 * The gateway: counts a request before it is sent, keeps it within its budgets or refuses it, and passes it on. What
 * becomes of it is decided as data (`decide`); only then are media rewritten, tokens charged and bytes sent.
 */

import { OnevisionError } from "@onevision/base";
import type { Config } from "../config/config.ts";
import type { ModelMap } from "../config/model-map.ts";
import type { Admission } from "../http/admission.ts";
import { assertType, type Exchange, type Mount } from "../http/app.ts";
import { parseJsonBody, readBody } from "../http/body.ts";
import type { Metrics } from "../http/metrics.ts";
import type { MediaAccess } from "../media/open-media.ts";
import { ServerRefusal } from "../refusal.ts";
import { CLIENT_APIS, type ClientApi } from "./apis.ts";
import { type Budgets, createBudgets } from "./budget.ts";
import { type Charged, charge, settle } from "./charge.ts";
import { type CountedRequest, openRequest } from "./count-request.ts";
import { type Decision, decide } from "./decide.ts";
import { answerHeaders, authorized } from "./headers.ts";
import { stringPlaces } from "./json-edit.ts";
import type { Ledger } from "./ledger.ts";
import { createRelay, headersToSend, type Relay, type Relayed } from "./relay.ts";
import { type Rewritten, rewrite } from "./rewrite.ts";
import { createTarget, type Target } from "./target.ts";

export interface Gateway {
	readonly mounts: readonly Mount[];
	close(): Promise<void>;
}

export interface GatewayParts {
	readonly config: Config;
	/** Folder that relative paths of the configuration start from. */
	readonly folder: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly models: ModelMap;
	readonly media: MediaAccess;
	/** Places for requests that are counted and scaled. */
	readonly counting: Admission;
	/** Places for requests that are open. */
	readonly streams: Admission;
	readonly ledger: Ledger;
	readonly metrics: Metrics;
	readonly maxBodyBytes: number;
	readonly now?: () => number;
}

/** Throws for a target that cannot be used; has no routes where no model has an upstream. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
	const targets = new Map<string, Target>();
	for (const mapped of parts.models.targets.values()) {
		const target = await createTarget(mapped, parts.folder, parts.env);
		if (target !== undefined) targets.set(mapped.name, target);
	}
	const { limits = {}, retries = 0 } = parts.config;
	assertPriced(parts.config, targets);
	const relay = createRelay({
		upstreamSeconds: limits.upstreamSeconds ?? 600,
		clientSeconds: limits.clientSeconds ?? 60,
		retryAfterSeconds: limits.retryAfterSeconds ?? 30,
		retries,
	});
	const budgets = createBudgets(parts.config.budgets);
	const state: State = { ...parts, targets, budgets, relay, now: parts.now ?? Date.now };
	return {
		mounts: targets.size === 0 ? [] : CLIENT_APIS.map((api) => mountOf(api, state)),
		close: async () => {
			relay.close();
			for (const { text } of targets.values()) await text?.close();
			await parts.ledger.close();
		},
	};
}

interface State extends Omit<GatewayParts, "now"> {
	readonly targets: ReadonlyMap<string, Target>;
	readonly budgets: Budgets;
	readonly relay: Relay;
	readonly now: () => number;
}

/** A budget in USD for a model without a price would let everything through. */
function assertPriced({ budgets = {}, keys = [] }: Config, targets: ReadonlyMap<string, Target>): void {
	const shared = [budgets.request, budgets.key, budgets.day, ...keys.map(({ budget }) => budget)];
	for (const { name, budget, cost } of targets.values()) {
		if ([...shared, budget].every((limits) => limits?.usd === undefined) || cost(1, 1) !== undefined)
			continue;
		throw new OnevisionError(
			"invalid-input",
			`models.${name}: a budget in USD needs its price; give inputUsd and outputUsd`,
		);
	}
}

const FIELDS = [
	...["model", "messages", "input", "contents", "system", "max_tokens", "body", "mm_processor_kwargs"],
] as const;

function mountOf(api: ClientApi, state: State): Mount {
	return {
		...{ method: "POST", path: api.path, route: api.path, fields: FIELDS },
		refuse: (refused) => api.refusal(refused),
		handle: async (exchange) => {
			const leave = await state.streams.enter(exchange.request.signal);
			try {
				await answer(api, exchange, state);
				return undefined;
			} finally {
				leave();
			}
		},
	};
}

async function answer(api: ClientApi, exchange: Exchange, state: State): Promise<void> {
	const { incoming, caller, noted } = exchange;
	const { metrics, budgets, ledger } = state;
	assertType(incoming, false);
	const text = await readBody(incoming, state.maxBodyBytes);
	const received = performance.now();
	const prepared = await within(state, exchange, () => prepare(api, text, exchange, state));
	const { target, decision } = prepared;
	const { visualTokens, promptTokens } = decision.counted;
	Object.assign(noted, { model: target.name, visualTokens, promptTokens, decision: decision.kind });
	const charged = await charge(decision.taken, {
		...{ target, caller, budgets, ledger, now: state.now() },
	}).catch((error: unknown) => {
		if (error instanceof ServerRefusal && error.code === "over-budget") {
			noted.decision = "refused";
			metrics.decisions.inc({ model: target.name, decision: "refused" });
		}
		throw error;
	});
	metrics.decisions.inc({ model: target.name, decision: decision.kind });
	const onSent = (): void =>
		metrics.overhead.observe({ model: target.name }, (performance.now() - received) / 1000);
	const relayed = await send(api, prepared, charged, exchange, state, onSent);
	noted.outcome = relayed.outcome;
	measure(relayed, decision.counted, target, metrics);
}

/** Counting and scaling take places of their own: an open stream needs none of them. */
async function within<T>({ counting }: State, { request }: Exchange, work: () => Promise<T>): Promise<T> {
	const leave = await counting.enter(request.signal);
	try {
		return await work();
	} finally {
		leave();
	}
}

interface Prepared extends Rewritten {
	readonly target: Target;
	readonly decision: Decision;
	readonly maxAnswer: number | undefined;
}

async function prepare(
	api: ClientApi,
	text: Buffer,
	{ caller, request }: Exchange,
	{ targets, media, budgets }: State,
): Promise<Prepared> {
	const parsed = parseJsonBody(text);
	const target = targetOf(parsed.model, targets);
	const places = stringPlaces(text);
	const opened = await openRequest(parsed, api.id, target, media);
	const maxAnswer = api.maxAnswer(parsed);
	const decision = decide(opened, { target, caller, budgets, maxAnswer });
	const limits = { maxPixels: media.maxPixels, signal: request.signal };
	const rewritten = await rewrite(text, places, opened, decision, target, limits);
	return { ...rewritten, target, decision, maxAnswer };
}

function targetOf(name: unknown, targets: ReadonlyMap<string, Target>): Target {
	if (typeof name !== "string")
		throw new OnevisionError("invalid-input", "model: expected the name of a model");
	const target = targets.get(name);
	if (target !== undefined) return target;
	const known = [...targets.keys()].slice(0, 20).join(", ");
	throw new OnevisionError(
		"unknown-name",
		`model: ${JSON.stringify(name.slice(0, 80))} is not in the model map; it has ${known}`,
	);
}

/** Sends, answers, and settles what was charged, however it ends. */
async function send(
	api: ClientApi,
	{ target, decision, maxAnswer, body, changes }: Prepared,
	{ charges, left }: Charged,
	{ id, incoming, outgoing, caller, log }: Exchange,
	{ relay, metrics, ledger }: State,
	onSent: () => void,
): Promise<Relayed> {
	const { search } = new URL(incoming.url ?? api.path, "http://gateway");
	let relayed: Relayed | undefined;
	try {
		relayed = await relay.send({
			...{ api, outgoing, body, base: target.upstream, target: `${api.path}${search}`, onSent },
			headers: authorized(headersToSend(incoming), target, caller.isOurs),
			answerHeaders: answerHeaders({ id, target, decision, maxAnswer, changes, left }),
		});
		if (relayed.outcome === "lost") metrics.upstreamErrors.inc({ model: target.name, reason: "lost" });
		return relayed;
	} catch (error) {
		if (error instanceof ServerRefusal)
			metrics.upstreamErrors.inc({ model: target.name, reason: error.code });
		throw error;
	} finally {
		await settle(charges, decision.taken, relayed, target, ledger).catch(() => {
			log({ level: "error", event: "settle-failed", id });
		});
	}
}

function measure(
	{ usage, status }: Relayed,
	counted: CountedRequest,
	target: Target,
	metrics: Metrics,
): void {
	if (status >= 400) return;
	const model = target.name;
	const prompt = usage?.promptTokens ?? counted.promptTokens;
	const answerTokens = usage?.answerTokens ?? 0;
	metrics.tokens.inc({ model, kind: "visual" }, counted.visualTokens);
	metrics.tokens.inc({ model, kind: "prompt" }, prompt);
	metrics.tokens.inc({ model, kind: "answer" }, answerTokens);
	const cost = target.cost(prompt, answerTokens);
	if (cost !== undefined) metrics.usd.inc({ model }, cost.inputUsd + cost.outputUsd);
	if (usage?.promptTokens !== undefined)
		metrics.difference.observe({ model }, usage.promptTokens - counted.promptTokens);
}
