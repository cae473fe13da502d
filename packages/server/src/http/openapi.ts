/** The OpenAPI 3.1 document, from the routes' own declarations: their schemas are JSON Schema 2020-12, as 3.1 takes it. */

import { isRecord, type JsonSchema } from "@onevision/base/schema";
import { ROUTES, type Route } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";

const PROBLEM: JsonSchema = {
	type: "object",
	required: ["error"],
	properties: {
		error: {
			type: "object",
			required: ["code", "message", "hint", "where"],
			properties: {
				code: { type: "string", description: "Stable code, the same that the command line prints" },
				message: { type: "string", description: "One line: what, why, what to do" },
				hint: { type: ["string", "null"], description: "What to do" },
				where: { type: ["string", "null"], description: "Path of the field in the request" },
			},
		},
	},
};

/** Routes that answer no question about tokens, by path and method. */
const OTHERS = {
	"/healthz": {
		get: plain("Whether the server takes requests", { 200: "It does", 503: "It is shutting down" }),
	},
	"/metrics": { get: plain("Metrics for Prometheus", { 200: "Text in Prometheus' format" }) },
	"/openapi.json": { get: plain("This document", { 200: "OpenAPI 3.1" }) },
};

export function openApiDocument(version: string): JsonSchema {
	return {
		openapi: "3.1.0",
		info: {
			title: "OneVision",
			version,
			description: "Visual tokens of vision-language models: counted, compared, fitted, planned.",
			license: { name: "Apache-2.0", identifier: "Apache-2.0" },
		},
		jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
		security: [{}, { bearer: [] }, { apiKey: [] }],
		paths: { ...byPath(ROUTES), ...OTHERS },
		components: {
			schemas: { Error: PROBLEM },
			responses: { Error: { description: "Refused", content: json({ $ref: "#/components/schemas/Error" }) } },
			securitySchemes: {
				bearer: { type: "http", scheme: "bearer" },
				apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
			},
		},
	};
}

function byPath(routes: readonly Route[]): JsonSchema {
	const paths: Record<string, Record<string, unknown>> = {};
	for (const route of routes) {
		// Hono's `:id{.+}` is `{id}` here.
		const path = route.path.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}");
		paths[path] = { ...paths[path], [route.method]: describe(route) };
	}
	return paths;
}

function describe({ method, operation, takesFiles, path }: Route): JsonSchema {
	const { id, summary, output } = operation;
	return {
		operationId: id,
		summary,
		...(method === "get"
			? { parameters: parameters(operation, path) }
			: { requestBody: body(operation, takesFiles) }),
		responses: {
			200: { description: output.doc, content: json(openEnded(output.json)) },
			default: { $ref: "#/components/responses/Error" },
		},
	};
}

/** Answers may gain fields; only requests refuse unknown ones. */
function openEnded({ additionalProperties: _closed, ...schema }: JsonSchema): JsonSchema {
	return schema;
}

function parameters({ input }: Operation, path: string): readonly JsonSchema[] {
	const { properties, required = [] } = input.json;
	return Object.entries(isRecord(properties) ? properties : {}).map(([name, schema]) => ({
		name,
		in: path.includes(`:${name}`) ? "path" : "query",
		required: (required as readonly string[]).includes(name),
		schema,
	}));
}

function body({ input }: Operation, takesFiles: boolean): JsonSchema {
	const files = {
		type: "object",
		required: ["request"],
		properties: { request: input.json },
		additionalProperties: {
			type: "string",
			format: "binary",
			description: "A file, by the name media refer to",
		},
	};
	return {
		required: true,
		content: { ...json(input.json), ...(takesFiles ? { "multipart/form-data": { schema: files } } : {}) },
	};
}

function json(schema: JsonSchema): JsonSchema {
	return { "application/json": { schema } };
}

function plain(summary: string, responses: Readonly<Record<number, string>>): JsonSchema {
	const described = Object.entries(responses).map(([status, description]) => [status, { description }]);
	return { summary, responses: Object.fromEntries(described) };
}
