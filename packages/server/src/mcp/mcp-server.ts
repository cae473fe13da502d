/**
 * The MCP server: the same questions as the HTTP API as tools, the tables behind them as resources, the planner's
 * skill as a prompt. Tools, their schemas and their refusals come from the operations.
 */

import {
	type CallToolResult,
	McpServer,
	ResourceTemplate,
	type StandardSchemaWithJSON,
} from "@modelcontextprotocol/server";
import { API_RULES } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { Schema } from "@onevision/base/schema";
import { type Plan, planMarkdown, RULES } from "@onevision/core";
import { compare } from "../operations/compare.ts";
import { count } from "../operations/count.ts";
import { explain, explainInput } from "../operations/explain.ts";
import { fit } from "../operations/fit.ts";
import { inspect, inspectInput } from "../operations/inspect.ts";
import { describeModel, models } from "../operations/models.ts";
import type { Operation, OperationContext } from "../operations/operation.ts";
import { plan } from "../operations/plan.ts";
import { refusalOf } from "../refusal.ts";

export interface McpParts {
	readonly version: string;
	readonly context: Omit<OperationContext, "uploads">;
	/** The planner's skill, Markdown. */
	readonly skill?: string;
	/** Runs a tool's work in a place of its own. */
	within<T>(work: () => Promise<T>): Promise<T>;
	/** Called with what was thrown and is no refusal. */
	onInternal(error: unknown): void;
}

/** Nothing a tool does changes anything, and none reaches beyond the server's folders and listed hosts. */
const READ_ONLY = { readOnlyHint: true, idempotentHint: true, openWorldHint: false } as const;

const INSTRUCTIONS =
	"Exact visual-token counts of vision-language models. Media are sizes (1920x1080 for an image, 1280x720@30:12.5 for a video), paths below the server's folders, or data URLs. Ask explain for the reason of a number, fit for the largest size under a limit, and plan for settings under a budget.";

type Content = CallToolResult["content"];

/** One instance; a connection or a request each takes its own. */
export function createMcpServer(parts: McpParts): McpServer {
	const server = new McpServer(
		{ name: "onevision", title: "OneVision", version: parts.version },
		{ instructions: INSTRUCTIONS, maxToolInputElements: 100_000 },
	);
	addTools(server, parts);
	addResources(server, parts);
	const { skill } = parts;
	if (skill !== undefined) {
		server.registerPrompt(
			"budget-planner",
			{
				title: "OneVision budget planner",
				description: "Plan a visual-token budget and a training curriculum",
			},
			() => ({ messages: [{ role: "user", content: { type: "text", text: skill } }] }),
		);
	}
	return server;
}

function addTools(server: McpServer, parts: McpParts): void {
	const context: OperationContext = { ...parts.context, uploads: new Map() };
	const add = <T>(
		name: string,
		description: string,
		input: Schema<T>,
		run: (asked: T) => Promise<Content>,
	): void => {
		server.registerTool(
			name,
			{ description, inputSchema: standardSchema(input), annotations: READ_ONLY },
			async (asked) => answered(parts, () => run(asked as T)),
		);
	};
	const json = ({ id, summary, input, run }: Operation): void =>
		add(id, summary, input, async (asked) => text(JSON.stringify(await run(asked, context))));
	for (const each of [count, compare, fit, models]) json(each);
	add(plan.id, plan.summary, plan.input, async (asked) =>
		text(planMarkdown((await plan.run(asked, context)) as Plan)),
	);
	add(
		"inspect",
		"Draw what an open model sees of images: tiles, patches, padding, tokens",
		inspectInput,
		async (asked) => {
			const { png, layouts } = await inspect(asked, context);
			const data = Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString("base64");
			return [{ type: "image", data, mimeType: "image/png" }, ...text(JSON.stringify({ items: layouts }))];
		},
	);
	add(
		"explain",
		"Explain why media take this many tokens, step by step, with the rule's source",
		explainInput,
		async (asked) => text(await explain(asked, context)),
	);
}

function text(value: string): Content {
	return [{ type: "text", text: value }];
}

/** A refusal is a result that the model can read and correct; the SDK would show it any exception's own text. */
async function answered(parts: McpParts, run: () => Promise<Content>): Promise<CallToolResult> {
	try {
		return { content: await parts.within(run) };
	} catch (error) {
		const refusal = refusalOf(error);
		if (refusal === undefined) parts.onInternal(error);
		const { code, message } = refusal?.problem ?? {
			code: "internal",
			message: "unexpected failure; please report it",
		};
		return { content: text(`${code}: ${message}`), isError: true };
	}
}

function addResources(server: McpServer, { context }: McpParts): void {
	const table = (uri: string, value: unknown) => ({
		contents: [{ uri, mimeType: "application/json", text: JSON.stringify(value) }],
	});
	server.registerResource(
		"models",
		"onevision://models",
		{
			title: "Models",
			description: "Every model that can be counted, open and closed",
			mimeType: "application/json",
		},
		async ({ href }) => table(href, await models.run({}, { ...context, uploads: new Map() })),
	);
	server.registerResource(
		"model",
		new ResourceTemplate("onevision://models/{+id}", { list: undefined }),
		{
			title: "Model",
			description: "Settings, constants and sources of one model",
			mimeType: "application/json",
		},
		async ({ href }, { id }) => table(href, describeModel(decodeURIComponent(String(id)), context.models)),
	);
	server.registerResource(
		"rules",
		"onevision://rules",
		{
			title: "Rules",
			description: "Rules of plans, and counting rules of closed models, with sources",
			mimeType: "application/json",
		},
		({ href }) => {
			const plans = Object.entries(RULES).map(([id, { severity, reason, source }]) => ({
				id,
				severity,
				reason,
				source,
			}));
			const closed = Object.entries(API_RULES).map(([id, { title, source }]) => ({ id, title, source }));
			return table(href, { plans, closed });
		},
	);
}

/** A declaration in the form the SDK takes (standardschema.dev). */
function standardSchema<T>(schema: Schema<T>): StandardSchemaWithJSON<T> {
	const json = () => ({ ...schema.json });
	return {
		"~standard": {
			version: 1,
			vendor: "onevision",
			validate: (value) => {
				try {
					return { value: schema.parse(value ?? {}, "") };
				} catch (error) {
					if (!(error instanceof OnevisionError)) throw error;
					return { issues: [{ message: error.message }] };
				}
			},
			jsonSchema: { input: json, output: json },
		},
	};
}
