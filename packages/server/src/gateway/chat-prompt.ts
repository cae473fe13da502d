/**
 * A request's conversation as a chat template takes it, in the forms of all three APIs: texts as parts, media by their
 * kind, the rest of a message as it is. Templates of LLaVA's kind pick parts by type, so a plain string becomes a part.
 * Templates know tools in the form of Chat Completions; those of the other APIs are written in it, as servers before open
 * models do, each in its own way.
 */

import type { RequestApi } from "@onevision/api";
import { isRecord } from "@onevision/base/schema";
import type { ChatPrompt } from "@onevision/data";

type Body = Readonly<Record<string, unknown>>;
type Message = ChatPrompt["messages"][number];
type Part = Message["content"][number];

export interface ReadPrompt {
	readonly prompt: ChatPrompt;
	/** Why the upstream may render the conversation differently; empty for a conversation that is plain. */
	readonly doubts: readonly string[];
}

/** Part types of all three APIs, by what a template calls them. */
const PART_TYPES: Readonly<Record<string, Part["type"]>> = {
	text: "text",
	input_text: "text",
	output_text: "text",
	image_url: "image",
	input_image: "image",
	image: "image",
	video_url: "video",
};

/** Fields that change the prompt in ways that are not followed here. */
const UNFOLLOWED = [
	"chat_template",
	"add_special_tokens",
	"media_io_kwargs",
	"truncate_prompt_tokens",
	"previous_response_id",
	"conversation",
	"prompt",
] as const;

export function readPrompt(body: Body, api: RequestApi): ReadPrompt {
	const doubts: string[] = UNFOLLOWED.filter((key) => isGiven(body[key])).map(
		(key) => `${key} changes the prompt`,
	);
	const messages = READERS[api](body, doubts);
	const { chat_template_kwargs: kwargs, documents } = body;
	const tools = toolsOf(body, api);
	const continues = body.continue_final_message === true;
	if (continues) doubts.push("continue_final_message changes the prompt");
	return {
		prompt: {
			messages,
			variables: {
				...(isRecord(kwargs) ? kwargs : {}),
				...(tools === undefined ? {} : { tools }),
				...(isGiven(documents) ? { documents } : {}),
			},
			addGenerationPrompt: body.add_generation_prompt !== false && !continues,
		},
		doubts,
	};
}

/** Definitions of tools as templates take them; undefined where there are none. */
export function toolsOf({ tools }: Body, api: RequestApi): unknown {
	if (!isGiven(tools)) return undefined;
	if (api === "openai-chat") return tools;
	return list(tools).flatMap((tool) => {
		if (!isRecord(tool) || typeof tool.name !== "string") return [];
		const { name, description, parameters, input_schema: schema } = tool;
		const given = { name, description, parameters: parameters ?? schema };
		const defined = Object.entries(given).filter(([, value]) => isGiven(value));
		return [{ type: "function", function: Object.fromEntries(defined) }];
	});
}

function isGiven(value: unknown): boolean {
	return value !== undefined && value !== null && value !== false;
}

const READERS: Readonly<Record<RequestApi, (body: Body, doubts: string[]) => Message[]>> = {
	"openai-chat": (body) => list(body.messages).map(chatMessage),
	"openai-responses": (body, doubts) => {
		const { input, instructions } = body;
		if (isGiven(body.tools)) doubts.push("tools of the Responses API are rendered by the upstream");
		return [
			...(typeof instructions === "string" ? [{ role: "system", content: parts(instructions) }] : []),
			...(typeof input === "string"
				? [{ role: "user", content: parts(input) }]
				: list(input).flatMap((item, index) => responsesItem(item, index, doubts))),
		];
	},
	"anthropic-messages": (body, doubts) => {
		if (isGiven(body.tools)) doubts.push("tools of the Messages API are rendered by the upstream");
		return [
			...(isGiven(body.system) ? [{ role: "system", content: parts(body.system) }] : []),
			...list(body.messages).flatMap((item, index) => anthropicMessage(item, index, doubts)),
		];
	},
	"gemini-generate-content": (_body, doubts) => {
		doubts.push("generateContent is not rendered here");
		return [];
	},
};

function chatMessage(item: unknown): Message {
	const { role, content, tool_calls: calls, ...rest } = isRecord(item) ? item : {};
	return {
		...rest,
		role: typeof role === "string" ? role : "",
		content: parts(content),
		...(Array.isArray(calls) ? { tool_calls: calls.map(parsedCall) } : {}),
	};
}

/** Templates print arguments as JSON; clients send them as text. */
function parsedCall(call: unknown): unknown {
	if (!isRecord(call) || !isRecord(call.function) || typeof call.function.arguments !== "string") return call;
	try {
		return { ...call, function: { ...call.function, arguments: JSON.parse(call.function.arguments) } };
	} catch {
		return call;
	}
}

function responsesItem(item: unknown, index: number, doubts: string[]): Message[] {
	if (!isRecord(item)) return [];
	const { type = "message", role, content } = item;
	if (type === "message" && typeof role === "string") return [{ role, content: parts(content) }];
	doubts.push(`input[${index}]: is rendered by the upstream`);
	if (type === "function_call") {
		const { name, arguments: given } = item;
		const call = parsedCall({ type: "function", function: { name, arguments: given } });
		return [{ role: "assistant", content: [], tool_calls: [call] }];
	}
	return type === "function_call_output" ? [{ role: "tool", content: parts(item.output) }] : [];
}

function anthropicMessage(item: unknown, index: number, doubts: string[]): Message[] {
	if (!isRecord(item) || typeof item.role !== "string") return [];
	const { role, content } = item;
	const blocks = list(content).filter(isRecord);
	const plain = blocks.every(({ type }) => PART_TYPES[String(type)] !== undefined);
	if (plain) return [{ role, content: parts(content) }];
	doubts.push(`messages[${index}]: its tool blocks are rendered by the upstream`);
	const results = blocks.flatMap(({ type, content: result }): Message[] =>
		type === "tool_result" ? [{ role: "tool", content: nestedParts(result) }] : [],
	);
	const calls = blocks.flatMap(({ type, name, input }) =>
		type === "tool_use" ? [{ type: "function", function: { name, arguments: input } }] : [],
	);
	const rest = parts(blocks.filter(({ type }) => type !== "tool_result" && type !== "tool_use"));
	const own = rest.length === 0 && calls.length === 0 ? [] : [{ role, content: rest }];
	return [...results, ...own.map((each) => (calls.length === 0 ? each : { ...each, tool_calls: calls }))];
}

/** Parts of a tool's result. */
function nestedParts(content: unknown): Part[] {
	return typeof content === "string" ? parts(content) : list(content).flatMap((block) => parts([block]));
}

function parts(content: unknown): Part[] {
	if (typeof content === "string") return [{ type: "text", text: content }];
	return list(content).flatMap((part): Part[] => {
		if (typeof part === "string") return [{ type: "text", text: part }];
		if (!isRecord(part)) return [];
		const type = PART_TYPES[String(part.type)];
		if (type === undefined) return typeof part.text === "string" ? [{ type: "text", text: part.text }] : [];
		return [type === "text" ? { type, text: String(part.text ?? "") } : { type }];
	});
}

function list(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}
