/** The message for a count that exceeds the model's context. */

import { formatInteger } from "@onevision/base";

/** One line; `name` is the sample's name if there are several. */
export function overContextLine(over: number, contextTokens: number, name?: string): string {
	const which = name === undefined ? "" : `${name}: `;
	return `over the context: ${which}${formatInteger(over)} tokens more than the ${formatInteger(contextTokens)} that the model takes`;
}
