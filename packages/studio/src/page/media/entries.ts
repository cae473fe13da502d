/** The user's requests: example media, dropped files and typed sizes, in one list. */

import { computed, signal } from "@preact/signals";
import { EXAMPLES } from "./examples.ts";
import type { HeaderFacts } from "./header.ts";
import type { TypedRequest } from "./typed.ts";

/** Where an item's pixels come from. */
type ItemSource =
	| { readonly kind: "example"; readonly path: string; readonly thumbnail: string }
	| { readonly kind: "file"; readonly file: File }
	/** Only a size is known. */
	| { readonly kind: "size" };

export interface EntryItem {
	readonly name: string;
	readonly facts: HeaderFacts;
	readonly source: ItemSource;
}

/** One request: an image, several images together, or a clip. */
export interface Entry {
	readonly id: string;
	readonly name: string;
	readonly items: readonly EntryItem[];
}

/** A file that cannot be counted, and why. */
export interface LeftOutFile {
	readonly name: string;
	readonly message: string;
}

const exampleEntries: readonly Entry[] = EXAMPLES.map(({ id, name, items }) => ({
	id: `example:${id}`,
	name,
	items: items.map(({ name, facts, path, thumbnail }) => ({
		name,
		facts,
		source: { kind: "example", path, thumbnail },
	})),
}));

export const entries = signal<readonly Entry[]>(exampleEntries);
export const leftOut = signal<readonly LeftOutFile[]>([]);
/** Files being read: done of all, absent when none are. */
export const reading = signal<{ readonly done: number; readonly of: number } | undefined>(undefined);

const selectedId = signal<string | undefined>(undefined);
const selectedItem = signal(0);

export const selected = computed(
	() => entries.value.find(({ id }) => id === selectedId.value) ?? entries.value[0],
);
/** Index of the image looked at among those of the selected request. */
export const itemIndex = computed(() =>
	Math.min(selectedItem.value, (selected.value?.items.length ?? 1) - 1),
);

export function select(id: string): void {
	if (selectedId.value === id) return;
	selectedId.value = id;
	selectedItem.value = 0;
}

export function selectItem(index: number): void {
	selectedItem.value = index;
}

export const hasExamples = computed(() => entries.value.some(isExample));

function isExample({ id }: Entry): boolean {
	return id.startsWith("example:");
}

let added = 0;

/** An id no other entry has had. */
export function nextId(kind: "file" | "size"): string {
	return `${kind}:${++added}`;
}

/** Adds requests in front; the user's own media take the place of the examples. */
export function addEntries(more: readonly Entry[]): void {
	const [first] = more;
	if (first === undefined) return;
	entries.value = [...entries.value.filter((entry) => !isExample(entry)), ...more];
	if (selectedId.value === undefined || selectedId.value.startsWith("example:")) select(first.id);
}

/** Puts requests in the place of all others. */
export function setEntries(list: readonly Entry[]): void {
	entries.value = list;
	const [first] = list;
	if (first !== undefined) select(first.id);
}

export function entryOfTyped({ name, items }: TypedRequest): Entry {
	return {
		id: nextId("size"),
		name,
		items: items.map((facts, index) => ({
			name: items.length > 1 ? `${name}, ${index + 1} of ${items.length}` : name,
			facts,
			source: { kind: "size" },
		})),
	};
}

export function removeEntry(id: string): void {
	const place = entries.value.findIndex((entry) => entry.id === id);
	const rest = entries.value.filter((entry) => entry.id !== id);
	const next = rest[Math.min(place, rest.length - 1)];
	if (selected.value?.id === id && next !== undefined) select(next.id);
	entries.value = rest;
}

/** Takes everything out and puts the examples back. */
export function showExamples(): void {
	entries.value = exampleEntries;
	leftOut.value = [];
	const [first] = exampleEntries;
	if (first !== undefined) select(first.id);
}
