/** The state of the page in its address: written while it changes, read when the page opens or the address changes. */

import { allModelIds } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { assertMedia, HARDWARE, type HardwareId, RULES, type SettingValue } from "@onevision/core";
import { batch, computed, effect, signal } from "@preact/signals";
import { COLUMN_IDS, compared, DEFAULT_COMPARED, hardware, order, pinned } from "../compare/state.ts";
import {
	type Entry,
	entries,
	entryOfTyped,
	hasExamples,
	setEntries,
	showExamples,
} from "../media/entries.ts";
import { type HeaderFacts, itemOf } from "../media/header.ts";
import { px, seconds } from "../parts/text.ts";
import { readOptions, writeOptions } from "../plan/options.ts";
import type { PlanInput } from "../plan/plan-input.ts";
import { PRESET_IDS } from "../plan/presets.ts";
import { DEFAULT_PLAN, input } from "../plan/state.ts";
import { type LinkParts, readLink, readRequests, writeLink, writeRequests } from "./link-format.ts";
import { changed, DEFAULT_MODEL, modelId } from "./model.ts";
import { VIEW_IDS, view } from "./view.ts";

/** What a link that was opened could not say, for people; empty when it said everything. */
export const linkProblems = signal<readonly string[]>([]);

const link = computed(() => {
	const parts = new Map<string, string>();
	const put = (key: string, value: string, isDefault: boolean): void => {
		if (!isDefault) parts.set(key, value);
	};
	put("v", view.value, view.value === "see");
	put("m", modelId.value, modelId.value === DEFAULT_MODEL);
	const settings = Object.entries(changed.value).map(([key, value]) => `${key}:${value}`);
	put("s", settings.join(","), settings.length === 0);
	const requests = writeRequests(hasExamples.value ? [] : entries.value.map(factsOf));
	put("r", requests.text, requests.text === "");
	putPlan(put, input.value);
	put("c", compared.value.join(","), compared.value === DEFAULT_COMPARED);
	put("pin", pinned.value.join(","), pinned.value.length === 0);
	put("h", hardware.value, hardware.value === "h100-sxm");
	const { by, descending } = order.value;
	put("o", `${descending ? "-" : ""}${by}`, by === "totalTokens" && !descending);
	return { text: writeLink(parts), isDefault: parts.size === 0, missing: requests.missing };
});

function factsOf({ items }: Entry) {
	return items.map(({ facts }) => facts);
}

function putPlan(put: (key: string, value: string, isDefault: boolean) => void, asked: PlanInput): void {
	const base = DEFAULT_PLAN;
	put("b", String(asked.budget), asked.budget === base.budget);
	put("x", asked.mix.join("-"), asked.mix.join() === base.mix.join());
	put("p", asked.purpose, asked.purpose === base.purpose);
	// A profile is a folder of the user's own, which no link can hold.
	put("on", asked.media, asked.media === base.media || asked.media === "profile");
	put("d", asked.describedBy ?? "", asked.describedBy === undefined);
	put("f", `${asked.frames?.min}-${asked.frames?.max}`, asked.frames === undefined);
	put("a", asked.accelerator, asked.accelerator === base.accelerator);
	put("n", String(asked.count), asked.count === base.count);
	put("st", asked.start, asked.start === base.start);
	put("w", asked.allow.join(","), asked.allow.length === 0);
	const options = writeOptions(asked.options);
	put("q", options, options === "");
}

/** The whole address of the state as it is. */
export const address = computed(() => new URL(`#${link.value.text}`, location.href).href);
/** Requests that did not fit into the link. */
export const missingRequests = computed(() => link.value.missing);

/** Reads one key; returns whether its value was understood. */
type Reader = (value: string) => boolean;

const models = new Set(allModelIds());
const named = <T extends string>(value: string, known: readonly T[]): T | undefined =>
	known.find((each) => each === value);

function set(part: Partial<PlanInput> | undefined): boolean {
	if (part === undefined) return false;
	input.value = { ...input.value, ...part };
	return true;
}

function whole(value: string, max: number): number | undefined {
	const number = Number(value);
	return /^\d+$/.test(value) && number >= 1 && number <= max ? number : undefined;
}

const HARDWARE_IDS = Object.keys(HARDWARE) as readonly HardwareId[];

const READERS: Readonly<Record<string, Reader>> = {
	v: (value) => {
		const found = named(value, VIEW_IDS);
		if (found !== undefined) view.value = found;
		return found !== undefined;
	},
	m: (value) => {
		if (!models.has(value)) return false;
		modelId.value = value;
		return true;
	},
	s: (value) => {
		changed.value = Object.fromEntries(
			value.split(",").map((part) => {
				const at = part.indexOf(":");
				return [part.slice(0, at), settingOf(part.slice(at + 1))];
			}),
		);
		return true;
	},
	r: (value) => {
		const requests = readRequests(value);
		if (requests === undefined) return false;
		try {
			for (const facts of requests.flat()) assertMedia(itemOf(facts, "stored"));
		} catch (error) {
			if (error instanceof OnevisionError) return false;
			throw error;
		}
		setEntries(requests.map((items) => entryOfTyped({ name: nameOf(items), items })));
		return true;
	},
	b: (value) => {
		const budget = whole(value, 10_000_000);
		return set(budget === undefined ? undefined : { budget });
	},
	x: (value) => {
		const [single = -1, multi = -1, video = -1, ...more] = value.split("-").map(Number);
		const isMix =
			more.length === 0 && [single, multi, video].every((share) => Number.isInteger(share) && share >= 0);
		return set(isMix && single + multi + video === 100 ? { mix: [single, multi, video] } : undefined);
	},
	p: (value) => {
		const purpose = named(value, ["train", "deploy"]);
		return set(purpose === undefined ? undefined : { purpose });
	},
	on: (value) => {
		const media = named(value, ["mine", "assumed", "described"]);
		return set(media === undefined ? undefined : { media });
	},
	d: (value) => {
		const describedBy = named(value, PRESET_IDS);
		return set(describedBy === undefined ? undefined : { describedBy });
	},
	f: (value) => {
		const [min, max] = value.split("-").map((part) => whole(part, 100_000));
		return set(min === undefined || max === undefined || min > max ? undefined : { frames: { min, max } });
	},
	a: (value) => {
		const accelerator = named(value, HARDWARE_IDS);
		return set(accelerator === undefined ? undefined : { accelerator });
	},
	n: (value) => {
		const count = whole(value, 1_000_000);
		return set(count === undefined ? undefined : { count });
	},
	st: (value) => {
		const start = named(value, ["checkpoint", "scratch"]);
		return set(start === undefined ? undefined : { start });
	},
	w: (value) => {
		const allow = value.split(",").filter((rule) => rule in RULES);
		return set(allow.length === value.split(",").length ? { allow } : undefined);
	},
	q: (value) => {
		const { values, leftOut } = readOptions(value);
		set({ options: values });
		return leftOut === 0;
	},
	c: (value) => {
		const known = value.split(",").filter((id) => models.has(id));
		if (known.length > 0) compared.value = known;
		return known.length === value.split(",").length;
	},
	pin: (value) => {
		pinned.value = value.split(",").filter((id) => models.has(id));
		return pinned.value.length === value.split(",").length;
	},
	h: (value) => {
		const found = named(value, HARDWARE_IDS);
		if (found !== undefined) hardware.value = found;
		return found !== undefined;
	},
	o: (value) => {
		const by = named(value.replace(/^-/, ""), COLUMN_IDS);
		if (by !== undefined) order.value = { by, descending: value.startsWith("-") };
		return by !== undefined;
	},
};

function settingOf(text: string): SettingValue {
	if (text === "true" || text === "false") return text === "true";
	return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function nameOf(items: readonly HeaderFacts[]): string {
	const [first] = items;
	if (first === undefined) return "";
	const one = first.kind === "video" ? `${seconds(first)} ${px(first)} clip` : px(first);
	return items.length > 1 ? `${items.length}x ${one}` : one;
}

function apply(parts: LinkParts, leftOut: readonly string[]): void {
	const problems = [...leftOut];
	batch(() => {
		for (const [key, value] of parts) {
			const isRead = (Object.hasOwn(READERS, key) ? READERS[key] : undefined)?.(value) ?? false;
			if (!isRead) problems.push(`"${`${key}=${value}`.slice(0, 60)}"`);
		}
		linkProblems.value = problems;
	});
}

/** Back to how the page starts, so that an address means the same whatever was shown before. */
function reset(): void {
	batch(() => {
		view.value = "see";
		modelId.value = DEFAULT_MODEL;
		changed.value = {};
		input.value = DEFAULT_PLAN;
		compared.value = DEFAULT_COMPARED;
		pinned.value = [];
		hardware.value = "h100-sxm";
		order.value = { by: "totalTokens", descending: false };
		showExamples();
	});
}

let written = "";

function open(): void {
	const text = location.hash.slice(1);
	if (text === written) return;
	if (written !== "") reset();
	written = text;
	if (text === "") return;
	const { parts, leftOut } = readLink(text);
	apply(parts, leftOut);
}

/** Pause before the address is written, ms: browsers refuse too many changes while a slider is dragged. */
const SETTLED_MS = 250;

/** Opens the address the page was called with, and keeps it up to date from then on. */
export function followAddress(): void {
	open();
	addEventListener("hashchange", open);
	let timer: ReturnType<typeof setTimeout> | undefined;
	effect(() => {
		const { text, isDefault } = link.value;
		clearTimeout(timer);
		timer = setTimeout(() => {
			written = isDefault ? "" : text;
			if (location.hash.slice(1) === written) return;
			history.replaceState(null, "", isDefault ? location.pathname + location.search : `#${text}`);
		}, SETTLED_MS);
	});
}
