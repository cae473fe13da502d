/** One object of a config.json, read key by key with the class's default where a key is absent or null. */

import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import type { Activation } from "@onevision/graph";

/** Activations by the names of configurations. */
export const ACTIVATION_NAMES = [
	"gelu",
	"gelu_pytorch_tanh",
	"quick_gelu",
	"silu",
] as const satisfies readonly Activation[];

export class ConfigSection {
	/** File and key, for messages. */
	readonly path: string;
	readonly #value: Readonly<Record<string, unknown>>;

	/** Throws `invalid-input` unless `value` is an object. */
	constructor(path: string, value: unknown) {
		if (!isRecord(value)) throw new OnevisionError("invalid-input", `${path}: expected a JSON object`);
		this.path = path;
		this.#value = value;
	}

	/** The object under a key; an empty one where the key is absent. */
	child(key: string): ConfigSection {
		return new ConfigSection(`${this.path} ${key}`, this.#get(key) ?? {});
	}

	/** Whether the key is there and not null. */
	has(key: string): boolean {
		return this.#get(key) !== undefined;
	}

	/** Whether the key is there and null, which may differ from being absent. */
	isNull(key: string): boolean {
		return Object.hasOwn(this.#value, key) && this.#value[key] === null;
	}

	/** Throws `invalid-input` for anything but a finite number above 0. */
	positive(key: string, fallback: number): number {
		const value = this.#get(key) ?? fallback;
		if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
		throw this.#wrong(key, "a number above 0", value);
	}

	/** Throws `invalid-input` for anything but a token id. */
	id(key: string): number | undefined {
		const value = this.#get(key);
		if (value === undefined || isId(value)) return value;
		throw this.#wrong(key, "a token id", value);
	}

	/** One id or a list of ids. */
	ids(key: string): readonly number[] {
		const value = this.#get(key);
		const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
		if (list.length <= 256 && list.every(isId)) return list;
		throw this.#wrong(key, "token ids", value);
	}

	flag(key: string, fallback: boolean): boolean {
		const value = this.#get(key) ?? fallback;
		if (typeof value === "boolean") return value;
		throw this.#wrong(key, "true or false", value);
	}

	/** One of a table's names. Throws `unsupported` for another. */
	choice<T extends string>(key: string, known: readonly T[], fallback: T): T {
		const value = this.#get(key) ?? fallback;
		const found = known.find((name) => name === value);
		if (found !== undefined) return found;
		throw new OnevisionError(
			"unsupported",
			`${this.path} ${key}: ${show(value)} is not run here; known: ${known.join(", ")}`,
		);
	}

	/** A single index, or a list of one. Throws `unsupported` for several. */
	index(key: string, fallback: number): number {
		const value = this.#get(key) ?? fallback;
		const [first, ...more] = Array.isArray(value) ? value : [value];
		if (Number.isInteger(first) && more.length === 0) return first;
		throw new OnevisionError(
			"unsupported",
			`${this.path} ${key}: ${show(value)}; features of one layer are run here, not of several joined`,
		);
	}

	#get(key: string): unknown {
		return Object.hasOwn(this.#value, key) ? (this.#value[key] ?? undefined) : undefined;
	}

	#wrong(key: string, expected: string, value: unknown): OnevisionError {
		return new OnevisionError(
			"invalid-input",
			`${this.path} ${key}: expected ${expected}, got ${show(value)}`,
		);
	}
}

function isId(value: unknown): value is number {
	return Number.isSafeInteger(value) && Number(value) >= 0;
}

function show(value: unknown): string {
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
