/** What is compared: models, pins, order, assumptions; and the worker's answer. */

import { DEFAULT_ACCELERATOR, DEFAULT_TEXT, USUAL_MODELS } from "@onevision/api";
import type { HardwareId } from "@onevision/core";
import { computed, signal } from "@preact/signals";
import { entries } from "../media/entries.ts";
import { latest } from "../parts/latest.ts";
import { sampleOf } from "../state/counts.ts";
import { changed, modelId } from "../state/model.ts";
import { view } from "../state/view.ts";
import type { ComparedRow, CompareQuestion } from "../work/compare.ts";

export const DEFAULT_COMPARED: readonly string[] = USUAL_MODELS;

export const compared = signal<readonly string[]>(DEFAULT_COMPARED);
export const pinned = signal<readonly string[]>([]);
export const filter = signal("");
export const hardware = signal<HardwareId>(DEFAULT_ACCELERATOR);
export const promptTokens = signal<number>(DEFAULT_TEXT.promptTokens);
export const answerTokens = signal<number>(DEFAULT_TEXT.answerTokens);

/** Most curves in one chart. */
const MAX_DRAWN = 6;
/** Drawn beside the model in use until something is pinned. */
const DRAWN_AT_FIRST = ["qwen2.5-vl-7b", "internvl3-8b", "gpt-4o"];

const all = computed(() => [...new Set([modelId.value, ...compared.value])]);

/** Models whose curves are drawn: the one in use, and the pinned ones. */
export const drawn = computed(() => {
	const others = pinned.value.filter((id) => id !== modelId.value);
	return [...new Set([modelId.value, ...(others.length > 0 ? others : DRAWN_AT_FIRST)])].slice(0, MAX_DRAWN);
});

const question = computed<CompareQuestion | undefined>(() =>
	view.value === "compare"
		? {
				models: all.value.map((id) => ({ id, changed: id === modelId.value ? changed.value : {} })),
				// Files are loaded in one way for all models, so that they are compared on the same images.
				samples: entries.value.map((entry) => sampleOf(entry, "stored")),
				promptTokens: promptTokens.value,
				answerTokens: answerTokens.value,
				hardware: hardware.value,
				drawn: drawn.value,
			}
		: undefined,
);

export const comparison = latest("compare", question);

export const COLUMNS = {
	title: { title: "Model", unit: "" },
	totalTokens: { title: "Visual tokens", unit: "all requests" },
	maxTokens: { title: "Largest", unit: "tokens" },
	contextShare: { title: "Context", unit: "largest request" },
	usdPer1000: { title: "Cost", unit: "per 1,000 requests" },
	firstTokenSeconds: { title: "First token", unit: "median, estimated" },
	quality: { title: "Kept", unit: "fidelity" },
} as const satisfies Partial<Record<keyof ComparedRow, { readonly title: string; readonly unit: string }>>;

export type ColumnId = keyof typeof COLUMNS;
export const COLUMN_IDS = Object.keys(COLUMNS) as readonly ColumnId[];

export const order = signal<{ readonly by: ColumnId; readonly descending: boolean }>({
	by: "totalTokens",
	descending: false,
});

/** Pinned rows first, each part in the chosen order; unknown values last. */
export const rows = computed<readonly ComparedRow[]>(() => {
	const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
	const { by, descending } = order.value;
	const found = (comparison.value.answer?.rows ?? []).filter(({ id, title, isOpen }) => {
		const text = `${id} ${title} ${isOpen ? "open" : "closed"}`.toLowerCase();
		return words.every((word) => text.includes(word)) || pinned.value.includes(id);
	});
	const isPinned = ({ id }: ComparedRow): number => Number(pinned.value.includes(id));
	return [...found].sort((a, b) => isPinned(b) - isPinned(a) || compareBy(a[by], b[by], descending));
});

type Value = string | number | undefined;

function compareBy(a: Value, b: Value, descending: boolean): number {
	if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
	const difference =
		typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
	return descending ? -difference : difference;
}

export function sortBy(by: ColumnId): void {
	const { by: before, descending } = order.value;
	order.value = { by, descending: before === by ? !descending : by === "quality" };
}

export function togglePin(id: string): void {
	pinned.value = pinned.value.includes(id)
		? pinned.value.filter((each) => each !== id)
		: [...pinned.value, id];
}

export function toggleCompared(id: string): void {
	compared.value = compared.value.includes(id)
		? compared.value.filter((each) => each !== id)
		: [...compared.value, id];
	pinned.value = pinned.value.filter((each) => each !== id || compared.value.includes(id));
}
