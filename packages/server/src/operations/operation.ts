/**
 * A question this server answers, declared once: validation, the OpenAPI document, the MCP tools and the table in the
 * docs come from it.
 */

import { OnevisionError } from "@onevision/base";
import {
	boolean,
	either,
	isRecord,
	type JsonSchema,
	map,
	number,
	type Schema,
	text,
} from "@onevision/base/schema";
import type { Checkpoint, Settings } from "@onevision/core";
import type { MediaAccess, Uploads } from "../media/open-media.ts";

/** What answering needs beside the request. */
export interface OperationContext {
	readonly media: MediaAccess;
	readonly uploads: Uploads;
	readonly models: ModelSource;
}

/** The models that a name may mean: those built in, and the ones in the server's own model map. */
export interface ModelSource {
	resolve(name: string): { readonly model: string | Checkpoint; readonly settings: Settings };
	/** Names of the model map. */
	readonly names: readonly string[];
	/** The model that answers in this process, which is one of `names`. */
	readonly served?: string;
}

export interface Operation<In = unknown, Out = unknown> {
	/** Last part of the route, name of the MCP tool. */
	readonly id: string;
	/** One line. */
	readonly summary: string;
	readonly input: Schema<In>;
	readonly output: Schema<Out>;
	run(input: In, context: OperationContext): Promise<unknown>;
}

/** Checks that `run` takes what `input` yields. */
export function operation<In, Out>(declared: Operation<In, Out>): Operation {
	return declared as Operation as Operation;
}

/** Any JSON object, for what another declaration or package defines. */
export function anyObject(doc: string): Schema<Readonly<Record<string, unknown>>> {
	return ofJson({ type: "object", description: doc }, "an object", isRecord);
}

/** Any JSON value. */
export function anyValue(doc: string): Schema<unknown> {
	return ofJson({ description: doc }, "a value", (value): value is unknown => value !== undefined);
}

/** Settings of a model's family: numbers, words, true and false. The family checks them. */
export const settingsInput: Schema<Settings> = map(
	"Settings of the model's family, as num_frames or max_pixels (GET /v1/models/ID lists them)",
	either(text("A word", 200), either(number("A number", { min: -1e15, max: 1e15 }), boolean("On or off"))),
	{ max: 100 },
);

function ofJson<T>(json: JsonSchema, expects: string, accepts: (value: unknown) => value is T): Schema<T> {
	const doc = String(json.description);
	return {
		...{ doc, expects, json },
		parse: (value, path) => {
			if (accepts(value)) return value;
			throw new OnevisionError("invalid-input", `${path === "" ? "value" : path}: expected ${expects}`);
		},
	};
}
