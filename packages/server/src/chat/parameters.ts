/**
 * Parameters of a chat completion, as OpenAI's API names them: what each does here. One that would change the answer and is
 * not followed is refused unless it says what happens anyway, so that none is ignored in silence.
 */

import { OnevisionError } from "@onevision/base";
import {
	boolean,
	either,
	integer,
	isRecord,
	list,
	multiline,
	number,
	object,
	optional,
	text,
	unknownKey,
} from "@onevision/base/schema";

/** Ids reach further in no vocabulary. */
const MAX_TOKENS = 1_000_000;
const MAX_STOPS = 16;

const stopText = multiline("A text", 1000);

export const parametersInput = object("Parameters that are followed", {
	model: text("Name of the model, as GET /v1/models lists it", 200),
	max_completion_tokens: optional(
		integer("Most tokens of the answer (default: what the context leaves, up to 1,024)", {
			min: 1,
			max: MAX_TOKENS,
		}),
	),
	max_tokens: optional(integer("The same under its older name; not both", { min: 1, max: MAX_TOKENS })),
	temperature: optional(
		number("Divides the logits; 0 takes the most likely token (default: 1)", { min: 0, max: 2 }),
	),
	top_p: optional(
		number("Draws from the most likely tokens of this share (default: 1)", { min: 1e-6, max: 1 }),
	),
	top_k: optional(
		integer("Draws from this many most likely tokens; not OpenAI's (default: all)", { min: 0, max: 1e9 }),
	),
	repetition_penalty: optional(
		number("Above 1, tokens seen become less likely; not OpenAI's (default: 1)", { min: 0.01, max: 100 }),
	),
	seed: optional(
		integer("Of the draws: the same request is answered the same (default: another each time)", {
			min: Number.MIN_SAFE_INTEGER,
			max: Number.MAX_SAFE_INTEGER,
		}),
	),
	stop: optional(
		either(stopText, list("The answer ends before any of these", stopText, { min: 0, max: MAX_STOPS })),
	),
	stream: optional(boolean("Sends the answer as it is made, as server-sent events (default: false)")),
	stream_options: optional(
		object("With stream", {
			include_usage: optional(boolean("A last chunk with the tokens used (default: false)")),
			include_obfuscation: optional(boolean("Chunks are never padded here, so true is refused")),
		}),
	),
});

/** Parameters that are not followed, and the values that say what happens anyway. */
export const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
	n: [1],
	frequency_penalty: [0],
	presence_penalty: [0],
	logit_bias: [{}],
	logprobs: [false],
	top_logprobs: [0],
	tools: [[]],
	tool_choice: ["none", "auto"],
	parallel_tool_calls: [true, false],
	functions: [[]],
	function_call: ["none", "auto"],
	response_format: [{ type: "text" }],
	modalities: [["text"]],
	store: [false],
	service_tier: ["auto", "default"],
	audio: [],
	prediction: [],
	reasoning_effort: ["none"],
	verbosity: ["medium"],
	web_search_options: [],
};

/** Labels of the caller's own, which change no answer anywhere. */
export const LABELS: readonly string[] = [
	"user",
	"safety_identifier",
	"metadata",
	"prompt_cache_key",
	"prompt_cache_retention",
];

/** What a request asks of generation. */
export interface ChatParameters {
	readonly model: string;
	/** Absent: what the context leaves. */
	readonly maxTokens: number | undefined;
	readonly temperature: number;
	readonly topP: number;
	readonly topK: number;
	readonly repetitionPenalty: number;
	readonly seed: number | undefined;
	readonly stop: readonly string[];
	readonly isStream: boolean;
	readonly includesUsage: boolean;
}

type Body = Readonly<Record<string, unknown>>;

/** An object without the keys that are null: to OpenAI's clients, null is absent. */
export function withoutNulls(body: Body): Body {
	return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** Reads everything but `messages`. Throws `invalid-input`, `unsupported` or `unknown-key`, naming the parameter. */
export function readParameters(body: Body): ChatParameters {
	const followed = new Set(Object.keys(propertiesOf(parametersInput.json)));
	const known = [...followed, "messages", ...Object.keys(NEUTRAL), ...LABELS];
	const given: [string, unknown][] = [];
	for (const [key, value] of Object.entries(withoutNulls(body))) {
		if (key === "messages" || LABELS.includes(key)) continue;
		if (followed.has(key)) given.push([key, isRecord(value) ? withoutNulls(value) : value]);
		else if (!Object.hasOwn(NEUTRAL, key)) throw unknownKey(key, key, known);
		else assertNeutral(key, value);
	}
	const read = parametersInput.parse(Object.fromEntries(given), "");
	const { max_completion_tokens: most, max_tokens: older, stop = [], stream = false } = read;
	if (most !== undefined && older !== undefined && most !== older) {
		throw new OnevisionError(
			"invalid-input",
			"max_tokens: differs from max_completion_tokens, its newer name; give one of them",
		);
	}
	const { include_usage: includesUsage = false, include_obfuscation: pads = false } =
		read.stream_options ?? {};
	if (read.stream_options !== undefined && !stream) {
		throw new OnevisionError("invalid-input", "stream_options: only with stream: true; leave it out");
	}
	if (pads) {
		throw new OnevisionError(
			"unsupported",
			"stream_options.include_obfuscation: chunks are not padded here; leave it out",
		);
	}
	return {
		...{ model: read.model, maxTokens: most ?? older, seed: read.seed },
		...{ temperature: read.temperature ?? 1, topP: read.top_p ?? 1, topK: read.top_k ?? 0 },
		repetitionPenalty: read.repetition_penalty ?? 1,
		stop: typeof stop === "string" ? [stop] : stop,
		...{ isStream: stream, includesUsage },
	};
}

function propertiesOf({ properties }: Body): Body {
	return isRecord(properties) ? properties : {};
}

function assertNeutral(key: string, value: unknown): void {
	const neutral = (NEUTRAL[key] ?? []).map((each) => JSON.stringify(each));
	if (neutral.includes(JSON.stringify(value))) return;
	const only = neutral.length === 0 ? "leave it out" : `leave it out, or give ${neutral.join(" or ")}`;
	throw new OnevisionError("unsupported", `${key}: is not followed by this model; ${only}`);
}
