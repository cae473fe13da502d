/** What the snapshots of Gemma 3 and 3n share. Source: transformers 5.18 models/{gemma3,gemma3n}. */

import type { OpenSnapshot } from "./open-snapshot.ts";
import { contradiction } from "./section.ts";
import { tokenCount } from "./values.ts";

/** Side of the square token grid that both model and processor specify, at most that of the tower's grid. */
export function readPooledSide({ config, processor }: OpenSnapshot, key: string, towerSide: number): number {
	const tokens = processor.read("image_seq_length", tokenCount) ?? 256;
	const model = config.read(key, tokenCount) ?? 256;
	const side = Math.sqrt(tokens);
	if (tokens !== model || !Number.isInteger(side) || side === 0) {
		throw contradiction(
			`processor_config.json image_seq_length ${tokens}, config.json ${key} ${model}: they must be the same square number`,
		);
	}
	if (side > towerSide) {
		throw contradiction(
			`config.json ${key} ${model}: more than the ${towerSide ** 2} features that the tower gives of a view`,
		);
	}
	return side;
}
