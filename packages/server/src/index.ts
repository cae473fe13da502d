/** Visual tokens over HTTP: an API of questions, a gateway that enforces budgets, and an MCP server. Node only. */

export type { ServedModel } from "./chat/endpoint.ts";
export { LABELS, NEUTRAL, parametersInput } from "./chat/parameters.ts";
export { type Config, configSchema, type LoadedConfig, readConfig } from "./config/config.ts";
export { createLog, type Log, type LogEntry } from "./http/log.ts";
export { openApiDocument } from "./http/openapi.ts";
export { type RunningServer, type ServeOptions, startServer } from "./http/serve.ts";
export { type McpOptions, startMcp } from "./mcp/mcp-stdio.ts";
export { ROUTES, type Route } from "./operations/index.ts";
export type { Problem, RefusalCode } from "./refusal.ts";
