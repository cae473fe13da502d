/**
 * The gateway: counts a request before it is sent, keeps it within its budgets or refuses it, and passes it on. What it
 * decides is data first; only then are media scaled, tokens charged and bytes sent.
 */

import { OnevisionError } from "@onevision/base";
import type { MediaItem } from "@onevision/core";
import { resizeEncoded } from "@onevision/media/node";
import type { Config } from "../config/config.ts";
import type { ModelMap } from "../config/model-map.ts";
import type { Admission } from "../http/admission.ts";
import { assertType, type Exchange, type Mount } from "../http/app.ts";
import { parseJsonBody, readBody } from "../http/body.ts";
import type { Metrics } from "../http/metrics.ts";
import type { MediaAccess } from "../media/open-media.ts";
import { ServerRefusal } from "../refusal.ts";
import { shown, stored, UNIT_TITLES } from "./amounts.ts";
import { CLIENT_APIS, type ClientApi } from "./apis.ts";
import {
	type Breach,
	type Budgets,
	breachesOf,
	createBudgets,
	type DayCharge,
	dayRefusal,
	type Taken,
	visualAllowance,
} from "./budget.ts";
import {
	type CountedRequest,
	countRequest,
	isOpened,
	type OpenedItem,
	type OpenedRequest,
	openRequest,
} from "./count-request.ts";
import { type Replacement, replaceStrings, type StringPlace, stringPlaces } from "./json-edit.ts";
import type { Ledger } from "./ledger.ts";
import { createRelay, headersToSend, type Relay, type Relayed } from "./relay.ts";
import { sizesUnder } from "./shrink.ts";
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
	const budgets = createBudgets(parts.config.budgets);
	assertPriced(parts.config, targets);
	const relay = createRelay({
		upstreamSeconds: limits.upstreamSeconds ?? 600,
		clientSeconds: limits.clientSeconds ?? 60,
		retryAfterSeconds: limits.retryAfterSeconds ?? 30,
		retries,
	});
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
	"model",
	"messages",
	"input",
	"contents",
	"system",
	"max_tokens",
	"body",
	"mm_processor_kwargs",
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
	const { incoming, outgoing, caller, noted } = exchange;
	assertType(incoming, false);
	const text = await readBody(incoming, state.maxBodyBytes);
	const received = performance.now();
	const prepared = await within(state, exchange, () => prepare(api, text, exchange, state));
	const { target, counted, taken, body, decision } = prepared;
	const model = target.name;
	noted.model = model;
	noted.visualTokens = counted.visualTokens;
	noted.promptTokens = counted.promptTokens;
	noted.decision = decision;
	const charged = await charge(prepared, exchange, state);
	const { metrics } = state;
	metrics.decisions.inc({ model, decision });
	let relayed: Relayed | undefined;
	try {
		relayed = await state.relay.send({
			...{ api, outgoing, body, base: target.upstream },
			target:
				new URL(incoming.url ?? api.path, "http://gateway").search === ""
					? api.path
					: `${api.path}${new URL(incoming.url ?? "", "http://gateway").search}`,
			headers: authorized(headersToSend(incoming), target, caller.isOurs),
			answerHeaders: { ...headersOf(prepared), ...charged.headers, "x-onevision-request-id": exchange.id },
			onSent: () => metrics.overhead.observe({ model }, (performance.now() - received) / 1000),
		});
	} catch (error) {
		if (error instanceof ServerRefusal) metrics.upstreamErrors.inc({ model, reason: error.code });
		throw error;
	} finally {
		await settle(charged.charges, taken, relayed, target, state).catch(() => {
			exchange.log({ level: "error", event: "settle-failed", id: exchange.id });
		});
	}
	if (relayed.outcome === "lost") metrics.upstreamErrors.inc({ model, reason: "lost" });
	noted.outcome = relayed.outcome;
	measure(relayed, counted, target, metrics);
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

type Decision = "passed" | "warned" | "shrunk";

interface Prepared {
	readonly target: Target;
	readonly counted: CountedRequest;
	readonly taken: Taken;
	readonly maxAnswer: number | undefined;
	readonly body: Buffer;
	readonly decision: Decision;
	/** What was scaled, as `messages[0].content[1] 4032x3024 to 1344x1008`. */
	readonly changes: readonly string[];
	readonly warnings: readonly string[];
}

async function prepare(api: ClientApi, text: Buffer, { caller }: Exchange, state: State): Promise<Prepared> {
	const parsed = parseJsonBody(text);
	const target = targetOf(parsed.model, state);
	const places = stringPlaces(text);
	const opened = await openRequest(parsed, api.id, target, state.media);
	const counted = countRequest(opened, target);
	const maxAnswer = api.maxAnswer(parsed);
	const { budgets } = state;
	const isLimited = budgets.areSet(target, caller);
	const isEnforced = isLimited && target.policy !== "warn";
	if (isEnforced && counted.uncounted.length > 0) {
		throw new ServerRefusal(
			"over-budget",
			`${counted.uncounted[0]} (what is not counted cannot be kept within a budget)`,
			NO_RETRY,
			400,
		);
	}
	const taken = budgets.taken(target, caller, counted, maxAnswer);
	const breaches = breachesOf(budgets.requestLimits(target), taken);
	// What was counted has to be what the upstream sees.
	const fetched = isEnforced ? opened.items.filter(isOpened).filter(({ isFetched }) => isFetched) : [];
	const renamed =
		target.upstreamModel === undefined ? [] : [replacement(places, "model", target.upstreamModel)];
	const base = { target, maxAnswer };
	if (breaches.length === 0 || target.policy === "warn") {
		const inlined = fetched.flatMap((item) => inline(item, places, item.bytes, `image/${item.format}`));
		return {
			...{ ...base, counted, taken, changes: [], decision: breaches.length > 0 ? "warned" : "passed" },
			body: edited(text, [...renamed, ...inlined]),
			warnings: [...breaches.map(breachText), ...counted.uncounted],
		};
	}
	const allowed = visualAllowance(budgets.requestLimits(target), taken, target);
	const sizes = shrunkSizes(opened, allowed, target);
	if (target.policy === "reject" || sizes === undefined) throw rejection(opened, counted, breaches, sizes);
	const recounted = countRequest(opened, target, sizes);
	const takenNow = budgets.taken(target, caller, recounted, maxAnswer);
	if (breachesOf(budgets.requestLimits(target), takenNow).length > 0)
		throw rejection(opened, counted, breaches, undefined);
	const scaled = await scaleAll(opened, sizes, places, state.media.maxPixels);
	const untouched = fetched.filter((item) => !scaled.items.has(item));
	const inlined = untouched.flatMap((item) => inline(item, places, item.bytes, `image/${item.format}`));
	return {
		...{
			...base,
			counted: recounted,
			taken: takenNow,
			decision: "shrunk",
			changes: scaled.changes,
			warnings: [],
		},
		body: edited(text, [...renamed, ...inlined, ...scaled.replacements]),
	};
}

const NO_RETRY = { "x-should-retry": "false" } as const;

function targetOf(name: unknown, { targets }: State): Target {
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

function shrunkSizes(
	{ items, request }: OpenedRequest,
	allowed: number,
	target: Target,
): readonly (MediaItem | undefined)[] | undefined {
	const opened = items.filter(isOpened);
	// Settings of single parts are counted per part; one search for all would not be true of them.
	const { settings = {} } = request.media[0] ?? {};
	const counter = target.counter().kind === "open" ? target.counter() : target.counter(settings);
	const sizes =
		allowed < 0
			? undefined
			: sizesUnder(
					opened.map(({ item }) => item),
					allowed,
					counter,
				);
	if (sizes === undefined) return undefined;
	const queue = [...sizes];
	return items.map((item) => (isOpened(item) ? queue.shift() : undefined));
}

function isSame(a: MediaItem, b: MediaItem | undefined): boolean {
	return b !== undefined && a.width === b.width && a.height === b.height;
}

/** Says which item to change, and to what size. */
function rejection(
	{ items }: OpenedRequest,
	counted: CountedRequest,
	breaches: readonly Breach[],
	sizes: readonly (MediaItem | undefined)[] | undefined,
): ServerRefusal {
	const what = breaches.map(breachText).join("; ");
	const todo = items.flatMap((item, index) => {
		const size = sizes?.[index];
		if (!isOpened(item) || size === undefined || isSame(item.item, size)) return [];
		const { width, height } = item.item;
		return [
			`${item.media.path} from ${width}x${height} (${counted.items[index] ?? 0} tokens) to ${size.width}x${size.height}`,
		];
	});
	const [largest] = items
		.flatMap((item, index) =>
			isOpened(item) ? [{ path: item.media.path, tokens: counted.items[index] ?? 0 }] : [],
		)
		.sort((a, b) => b.tokens - a.tokens);
	const where = (sizes === undefined ? largest?.path : todo[0]?.split(" ")[0]) ?? "messages";
	const hint =
		todo.length > 0
			? `scale ${todo.slice(0, 5).join(", ")}${todo.length > 5 ? ` and ${todo.length - 5} more` : ""}`
			: "no smaller sizes bring it under the limit: send fewer images or less text";
	return new ServerRefusal("over-budget", `${where}: ${what}; ${hint}`, NO_RETRY, 400);
}

function breachText({ unit, taken, limit }: Breach): string {
	return `the request takes ${shown(unit, stored(unit, taken))} ${UNIT_TITLES[unit]}, its budget is ${shown(unit, stored(unit, limit))}`;
}

interface Scaled {
	readonly items: ReadonlySet<OpenedItem>;
	readonly replacements: readonly Replacement[];
	readonly changes: readonly string[];
}

/** One at a time: an image is large when it is decoded. */
async function scaleAll(
	{ items }: OpenedRequest,
	sizes: readonly (MediaItem | undefined)[],
	places: readonly StringPlace[],
	maxPixels: number,
): Promise<Scaled> {
	const scaled = new Set<OpenedItem>();
	const replacements: Replacement[] = [];
	const changes: string[] = [];
	for (const [index, item] of items.entries()) {
		const size = sizes[index];
		if (!isOpened(item) || size === undefined || isSame(item.item, size)) continue;
		const { width, height } = size;
		const { bytes, mimeType } = await resizeEncoded(
			item.bytes,
			item.isTurned ? { width: height, height: width } : { width, height },
			{ maxPixels },
		);
		replacements.push(...inline(item, places, bytes, mimeType));
		changes.push(`${item.media.path} ${item.item.width}x${item.item.height} to ${width}x${height}`);
		scaled.add(item);
	}
	return { items: scaled, replacements, changes };
}

/** Where a part keeps its address, below the part's own path. */
const ADDRESSES = [
	".image_url.url",
	".image_url",
	".source.url",
	".image",
	".image.url",
	".url",
	".video_url.url",
	".video_url",
] as const;

/** Replacements that put these bytes in place of the item's own. */
function inline(
	item: OpenedItem,
	places: readonly StringPlace[],
	bytes: Uint8Array,
	mimeType: string,
): Replacement[] {
	const { path } = item.media;
	const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
	if (places.some((place) => place.path === `${path}.source.data`)) {
		return [
			replacement(places, `${path}.source.data`, base64),
			...(places.some((place) => place.path === `${path}.source.media_type`)
				? [replacement(places, `${path}.source.media_type`, mimeType)]
				: []),
		];
	}
	if (places.some((place) => place.path === `${path}.source.url`)) {
		throw new OnevisionError(
			"unsupported",
			`${path}: an image by URL in this form cannot be replaced by what was counted; send source {type: base64, media_type, data}`,
		);
	}
	const found = ADDRESSES.find((suffix) => places.some((place) => place.path === `${path}${suffix}`));
	if (found === undefined)
		throw new OnevisionError(
			"unsupported",
			`${path}: this form of an image cannot be scaled; send a data URL`,
		);
	return [replacement(places, `${path}${found}`, `data:${mimeType};base64,${base64}`)];
}

function replacement(places: readonly StringPlace[], path: string, value: string): Replacement {
	const place = places.find((each) => each.path === path);
	if (place === undefined) throw new Error(`internal: no string at ${path}`);
	return { ...place, value };
}

function edited(text: Buffer, replacements: readonly Replacement[]): Buffer {
	return replacements.length === 0 ? text : replaceStrings(text, replacements);
}

interface ChargedRequest {
	readonly charges: readonly DayCharge[];
	readonly headers: Readonly<Record<string, string>>;
}

async function charge(
	{ target, taken }: Prepared,
	{ caller, noted }: Exchange,
	state: State,
): Promise<ChargedRequest> {
	const day = new Date(state.now()).toISOString().slice(0, 10);
	const charges = state.budgets.charges(caller, taken, day);
	if (charges.length === 0) return { charges, headers: {} };
	const isWarning = target.policy === "warn";
	const given = isWarning ? charges.map(({ limit: _limit, ...rest }) => rest) : charges;
	const result = await state.ledger.charge(given);
	if (!result.isCharged) {
		const full = charges[result.index];
		if (full === undefined) throw new Error("internal: a charge that was not made");
		state.metrics.decisions.inc({ model: target.name, decision: "refused" });
		noted.decision = "refused";
		throw new ServerRefusal("over-budget", dayRefusal(full, result.total, caller), NO_RETRY);
	}
	const left = charges.map(({ scope, unit, limit = 0 }, index) => {
		return `${scope}.${unit}=${shown(unit, Math.max(0, limit - (result.totals[index] ?? 0)))}`;
	});
	return { charges, headers: { "x-onevision-left": left.join(" ") } };
}

/** Gives back what was charged and not used, or charges what was used beyond it. */
async function settle(
	charges: readonly DayCharge[],
	taken: Taken,
	relayed: Relayed | undefined,
	target: Target,
	{ ledger }: State,
): Promise<void> {
	if (charges.length === 0) return;
	const used = usedOf(taken, relayed, target);
	const adjustments = charges.flatMap(({ counter, unit, amount }) => {
		const difference = stored(unit, used[unit]) - amount;
		return difference === 0 ? [] : [{ counter, amount: difference }];
	});
	await ledger.adjust(adjustments);
}

/** Nothing for an answer that never began; what the upstream counted where it says; otherwise the bound. */
function usedOf(taken: Taken, relayed: Relayed | undefined, target: Target): Taken {
	if (relayed === undefined || (relayed.status >= 400 && relayed.outcome !== "cancelled")) {
		return { visualTokens: 0, promptTokens: 0, usd: 0 };
	}
	const { promptTokens, answerTokens } = relayed.usage ?? {};
	const prompt = promptTokens ?? taken.promptTokens;
	const cost = answerTokens === undefined ? undefined : target.cost(prompt, answerTokens);
	return {
		...{ visualTokens: taken.visualTokens, promptTokens: prompt },
		usd: cost === undefined ? taken.usd : cost.inputUsd + cost.outputUsd,
	};
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

/** The gateway's own keys end here; a key of the upstream's stands in the configuration. */
function authorized(
	headers: Record<string, string | readonly string[]>,
	{ upstreamKey }: Target,
	isOurs: boolean,
): Record<string, string | readonly string[]> {
	if (upstreamKey === undefined && !isOurs) return headers;
	const { authorization, "x-api-key": apiKey, cookie: _cookie, ...rest } = headers;
	if (upstreamKey === undefined) return rest;
	// In the form that the client used: each API's servers take their own.
	return apiKey !== undefined && authorization === undefined
		? { ...rest, "x-api-key": upstreamKey }
		: { ...rest, authorization: `Bearer ${upstreamKey}` };
}

/** Longest header written. */
const MAX_HEADER = 2000;

function headersOf({
	target,
	counted,
	taken,
	maxAnswer,
	decision,
	changes,
	warnings,
}: Prepared): Record<string, string> {
	const { visualTokens, promptTokens, contextTokens, exactness, uncounted, doubts } = counted;
	const prompt = target.cost(promptTokens, 0);
	const answer = maxAnswer === undefined ? undefined : target.cost(promptTokens, maxAnswer);
	const headers: Record<string, string | undefined> = {
		"x-onevision-model": counted.model,
		"x-onevision-decision": decision,
		"x-onevision-visual-tokens": String(visualTokens),
		"x-onevision-prompt-tokens": String(taken.promptTokens),
		"x-onevision-exactness": exactness,
		"x-onevision-context-share":
			contextTokens === undefined ? undefined : (promptTokens / contextTokens).toFixed(4),
		"x-onevision-prompt-usd": prompt?.inputUsd.toFixed(6),
		"x-onevision-answer-usd-max": answer?.outputUsd.toFixed(6),
		"x-onevision-changes": changes.length === 0 ? undefined : changes.join(", "),
		"x-onevision-warnings": warnings.length === 0 ? undefined : warnings.join("; "),
		"x-onevision-uncounted": uncounted.length === 0 ? undefined : String(uncounted.length),
		"x-onevision-doubts": doubts.length === 0 ? undefined : doubts.join("; "),
	};
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, asHeader(value)]],
		),
	);
}

/** Parts of it may come from a request: one line of plain characters, never long. */
function asHeader(value: string): string {
	return value.slice(0, MAX_HEADER).replace(/[^\x20-\x7e]/g, "?");
}
