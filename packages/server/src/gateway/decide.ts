/**
 * What becomes of a request, as data: it passes, passes with a warning, passes with smaller media, or is refused. Nothing
 * is scaled, charged or sent here.
 */

import type { MediaItem } from "@onevision/core";
import type { Caller } from "../http/access.ts";
import { ServerRefusal } from "../refusal.ts";
import { shown, stored, UNIT_TITLES } from "./amounts.ts";
import { type Breach, type Budgets, breachesOf, type Taken, visualAllowance } from "./budget.ts";
import { type CountedRequest, countRequest, isOpened, type OpenedRequest } from "./count-request.ts";
import { shrunkUnder } from "./shrink.ts";
import type { Target } from "./target.ts";

export interface Decision {
	readonly kind: "passed" | "warned" | "shrunk";
	readonly counted: CountedRequest;
	readonly taken: Taken;
	readonly warnings: readonly string[];
	/** What each medium becomes, in order; undefined for one that stays. */
	readonly media: readonly (MediaItem | undefined)[];
	/** Whether what the upstream sees has to be what was counted. */
	readonly isEnforced: boolean;
}

export interface Decided {
	readonly target: Target;
	readonly caller: Caller;
	readonly budgets: Budgets;
	/** Most tokens of the answer; undefined where the request does not say. */
	readonly maxAnswer: number | undefined;
}

/** Throws `over-budget`, with what to change, for a request that is refused. */
export function decide(opened: OpenedRequest, { target, caller, budgets, maxAnswer }: Decided): Decision {
	const isEnforced = budgets.areSet(target, caller) && target.policy !== "warn";
	const limits = budgets.requestLimits(target);
	const counted = countRequest(opened, target);
	if (isEnforced && counted.uncounted.length > 0) {
		throw refusal(`${counted.uncounted[0]} (what is not counted cannot be kept within a budget)`);
	}
	const taken = budgets.taken(target, caller, counted, maxAnswer);
	const breaches = breachesOf(limits, taken);
	const media = opened.items.map(() => undefined);
	if (breaches.length === 0 || target.policy === "warn") {
		return {
			...{ kind: breaches.length > 0 ? "warned" : "passed", counted, taken, media, isEnforced },
			warnings: [...breaches.map(breachText), ...counted.uncounted],
		};
	}
	const smaller = smallerMedia(opened, visualAllowance(limits, taken, target), target);
	if (smaller === undefined) throw rejection(opened, counted, breaches, undefined);
	const recounted = countRequest(opened, target, smaller.all);
	const takenThen = budgets.taken(target, caller, recounted, maxAnswer);
	const fits = breachesOf(limits, takenThen).length === 0;
	if (target.policy === "reject" || !fits) {
		throw rejection(opened, counted, breaches, fits ? smaller.changed : undefined);
	}
	return {
		...{ kind: "shrunk", counted: recounted, taken: takenThen, media: smaller.changed, isEnforced },
		warnings: [],
	};
}

interface SmallerMedia {
	/** Every medium, changed or not; undefined for one that is not counted. */
	readonly all: readonly (MediaItem | undefined)[];
	/** Those that become smaller. */
	readonly changed: readonly (MediaItem | undefined)[];
}

function smallerMedia(
	{ items, request }: OpenedRequest,
	allowed: number,
	target: Target,
): SmallerMedia | undefined {
	if (allowed < 0) return undefined;
	// Settings of single parts are counted per part; one search for all would not be true of them.
	const { settings = {} } = request.media[0] ?? {};
	const counter = target.counter().kind === "open" ? target.counter() : target.counter(settings);
	const found = shrunkUnder(items.filter(isOpened), allowed, counter);
	if (found === undefined) return undefined;
	const queue = [...found];
	const all = items.map((item) => (isOpened(item) ? queue.shift() : undefined));
	const changed = all.map((after, index) => {
		const before = items[index];
		return before !== undefined && isOpened(before) && isSame(before.item, after) ? undefined : after;
	});
	return { all, changed };
}

function isSame(a: MediaItem, b: MediaItem | undefined): boolean {
	if (b === undefined || a.width !== b.width || a.height !== b.height) return false;
	return a.kind === "image" || (b.kind === "video" && a.frames === b.frames);
}

/** `from 1920x1080 to 1288x725`, `from 300 frames to 40`, with `note` behind what it was. */
export function changeText(before: MediaItem, after: MediaItem, note = ""): string {
	if (before.kind === "video" && after.kind === "video") {
		const silenced = before.hasAudio === true ? " without sound" : "";
		return `from ${before.frames} frames${note} to ${after.frames}${silenced}`;
	}
	return `from ${before.width}x${before.height}${note} to ${after.width}x${after.height}`;
}

const VERBS = { image: "scale", video: "thin" } as const;
/** Media named in one message. */
const MAX_NAMED = 5;

/** Says which medium to change, and to what. */
function rejection(
	{ items }: OpenedRequest,
	counted: CountedRequest,
	breaches: readonly Breach[],
	smaller: readonly (MediaItem | undefined)[] | undefined,
): ServerRefusal {
	const named = items.flatMap((item, index) =>
		isOpened(item)
			? [
					{
						path: item.media.path,
						item: item.item,
						tokens: counted.items[index] ?? 0,
						after: smaller?.[index],
					},
				]
			: [],
	);
	const todo = named.flatMap(({ path, item, tokens, after }) =>
		after === undefined
			? []
			: [{ path, text: `${VERBS[item.kind]} ${path} ${changeText(item, after, ` (${tokens} tokens)`)}` }],
	);
	const [largest] = [...named].sort((a, b) => b.tokens - a.tokens);
	const [first] = todo;
	const more = todo.length > MAX_NAMED ? ` and ${todo.length - MAX_NAMED} more` : "";
	const hint =
		first === undefined
			? "no smaller sizes bring it under the limit: send fewer media or less text"
			: `${todo
					.slice(0, MAX_NAMED)
					.map(({ text }) => text)
					.join(", ")}${more}`;
	const where = first?.path ?? largest?.path ?? "messages";
	return refusal(`${where}: ${breaches.map(breachText).join("; ")}; ${hint}`);
}

/** In the API's own form a 400: asking again would change nothing, and clients do on 429. */
function refusal(message: string): ServerRefusal {
	return new ServerRefusal("over-budget", message, { "x-should-retry": "false" }, 400);
}

function breachText({ unit, taken, limit }: Breach): string {
	return `the request takes ${shown(unit, stored(unit, taken))} ${UNIT_TITLES[unit]}, its budget is ${shown(unit, stored(unit, limit))}`;
}
