/** Anthropic Messages bodies. Source: platform.claude.com/docs/en/build-with-claude/vision. */

import { readContent } from "./part-kinds.ts";
import { type Body, fieldOf, type Reader } from "./reader.ts";

const CONTEXT = { api: "anthropic-messages", settings: {}, depth: 0 } as const;

export function readAnthropic(body: Body, to: Reader): void {
	const system = fieldOf(body, "system");
	if (system !== undefined) readContent(system, "system", to, CONTEXT);
	to.list(fieldOf(body, "messages"), "messages").forEach((entry, index) => {
		const path = `messages[${index}]`;
		const message = to.object(entry, path);
		if (message !== undefined) readContent(fieldOf(message, "content"), `${path}.content`, to, CONTEXT);
	});
	to.maxOutput(fieldOf(body, "max_tokens"), "max_tokens");
}
