/** What a plan request takes beyond the page's own controls: one option for each key of its schema, none forgotten. */

import { OnevisionError } from "@onevision/base";
import { isRecord, type JsonSchema } from "@onevision/base/schema";
import { type PlanRequest, planRequestSchema } from "@onevision/core";

export type OptionValue = number | string | boolean | readonly string[];

/** Options that are set, by path: `{"training.loraRank": 64}`. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** How an option is set. */
type OptionKind =
	| { readonly kind: "number"; readonly min: number; readonly max: number; readonly isWhole: boolean }
	| { readonly kind: "choice"; readonly values: readonly string[] }
	| { readonly kind: "switch" }
	/** Some of the values, in the order chosen. */
	| { readonly kind: "list"; readonly values: readonly string[] }
	| { readonly kind: "text"; readonly maxLength: number };

export type PlanOption = OptionKind & {
	/** Keys of the request, joined by dots. */
	readonly path: string;
	readonly group: string;
	readonly name: string;
	readonly doc: string;
};

/** Keys that the page sets otherwise: by a control of their own, by the model, or by the media it plans on. */
const SET_ELSEWHERE: readonly string[] = [
	"budget",
	"mix",
	"model",
	"purpose",
	"media",
	"limits.frames",
	"hardware.accelerator",
	"hardware.count",
	"curriculum.start",
	"allow",
];

/** Words that are not simply lowercase. */
const SPELLED: Readonly<Record<string, string>> = { lora: "LoRA", zero: "ZeRO" };

/** Groups in the order they are shown; the rest follow. */
const FIRST: readonly string[] = ["training", "hardware", "curriculum"];

export const OPTIONS: readonly PlanOption[] = leavesOf(planRequestSchema.json, [])
	.filter(({ path }) => !SET_ELSEWHERE.some((key) => path === key || path.startsWith(`${key}.`)))
	.sort((a, b) => rank(a) - rank(b));

function rank({ path }: PlanOption): number {
	const place = FIRST.indexOf(path.split(".")[0] ?? "");
	return place < 0 ? FIRST.length : place;
}

function leavesOf(schema: JsonSchema, keys: readonly string[]): PlanOption[] {
	const { properties, description } = schema;
	if (isRecord(properties)) {
		return Object.entries(properties).flatMap(([key, inner]) =>
			isRecord(inner) ? leavesOf(inner, [...keys, key]) : [],
		);
	}
	const kind = kindOf(schema);
	if (kind === undefined) return [];
	const [group = "", ...rest] = keys;
	return [
		{
			...kind,
			path: keys.join("."),
			group: rest.length === 0 ? "What fits" : inWords(group),
			name: inWords(rest.length === 0 ? group : rest.join(", ")),
			doc: String(description),
		},
	];
}

function kindOf(schema: JsonSchema): OptionKind | undefined {
	const { type, minimum, maximum, maxLength, items } = schema;
	if (Array.isArray(schema.enum)) return { kind: "choice", values: schema.enum };
	if (type === "boolean") return { kind: "switch" };
	if (type === "string") return { kind: "text", maxLength: Number(maxLength) };
	if (type === "integer" || type === "number") {
		return { kind: "number", min: Number(minimum), max: Number(maximum), isWhole: type === "integer" };
	}
	return type === "array" && isRecord(items) && Array.isArray(items.enum)
		? { kind: "list", values: items.enum }
		: undefined;
}

/** `loraRank` → "LoRA rank". */
function inWords(key: string): string {
	const words = key
		.replace(/[a-z](?=[A-Z])/g, "$& ")
		.toLowerCase()
		.split(" ")
		.map((word) => SPELLED[word] ?? word)
		.join(" ");
	return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The part of a request that the options make. */
export function requestOfOptions(values: OptionValues): PlanRequest {
	const request: Record<string, unknown> = {};
	for (const [path, value] of Object.entries(values)) {
		const keys = path.split(".");
		const last = keys.pop() ?? "";
		let inner = request;
		for (const key of keys) {
			const next = inner[key] ?? {};
			inner[key] = next;
			inner = next as Record<string, unknown>;
		}
		inner[last] = value;
	}
	return request;
}

/** Why a value is not one of the option's; `undefined` for one that is. */
export function problemOf(path: string, value: OptionValue): string | undefined {
	try {
		planRequestSchema.parse(requestOfOptions({ [path]: value }), "");
		return undefined;
	} catch (error) {
		if (error instanceof OnevisionError) return error.message;
		throw error;
	}
}

const LIST_SIGN = "+";

/** `training.method:lora,curriculum.order:knowledge+onevision`. */
export function writeOptions(values: OptionValues): string {
	return Object.entries(values)
		.map(([path, value]) => `${path}:${Array.isArray(value) ? value.join(LIST_SIGN) : value}`)
		.join(",");
}

/** The options that are understood, and how many were not. */
export function readOptions(text: string): { readonly values: OptionValues; readonly leftOut: number } {
	const parts = text.split(",");
	const values = parts.flatMap((part) => {
		const at = part.indexOf(":");
		const option = OPTIONS.find(({ path }) => path === part.slice(0, at));
		if (option === undefined) return [];
		const value = optionValue(option, part.slice(at + 1));
		return problemOf(option.path, value) === undefined ? [[option.path, value] as const] : [];
	});
	return { values: Object.fromEntries(values), leftOut: parts.length - values.length };
}

/** The value that a text means for an option; bounds are not checked. */
export function optionValue({ kind }: PlanOption, text: string): OptionValue {
	if (kind === "number") return text.trim() === "" ? Number.NaN : Number(text);
	if (kind === "switch") return text === "true";
	if (kind === "list") return text === "" ? [] : text.split(LIST_SIGN);
	return text;
}
