/** A tower read from a file: the row of facts/towers.ts with its widths, or else a new tower. */

import { integer, list, type Schema } from "@onevision/base/schema";
import { countTowerParameters } from "../facts/parameters.ts";
import { TOWERS, type Tower, type TowerId } from "../facts/towers.ts";

/** A tower: an id from the table, or its own widths. */
export type AnyTower = TowerId | Tower;

/** What a family's reader needs to know about the tower besides its widths. */
export interface ReadTower {
	readonly tower: AnyTower;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Side of the input the tower was made for, px. Absent: native resolution. */
	readonly imageSize?: number;
	readonly classTokens: number;
}

export const layers = integer("Layers", { min: 1, max: 512 });
export const width = integer("A width, elements", { min: 1, max: 65_536 });
export const mlpWidth = integer("A width, elements", { min: 1, max: 2 ** 20 });
export const layerIndex = integer("A layer", { min: -512, max: 512 });
export const layerList: Schema<readonly number[]> = list("Layers", integer("A layer", { min: 0, max: 511 }), {
	min: 0,
	max: 64,
});

export type Shape = Omit<Tower, "name" | "parameters" | "source" | "beyondWidths">;

export const PLAIN = {
	gatedMlp: false,
	attention: "full",
	norm: "layer",
	qkvBias: true,
	qkNorm: false,
	layerScale: false,
} as const;

/** Properties that identify a tower. Name, source and the computed count are not among them. */
const SHAPE_KEYS = [
	"layers",
	"featureLayer",
	"hidden",
	"heads",
	"mlp",
	"gatedMlp",
	"patchSize",
	"imageSize",
	"temporalPatch",
	"classTokens",
	"attention",
	"framesPerWindow",
	"deepstack",
	"norm",
	"preNorm",
	"finalNorm",
	"patchBias",
	"qkvBias",
	"qkNorm",
	"layerScale",
	"positionParameters",
] as const satisfies readonly (keyof Shape)[];

/** The table row with these widths, or else a new tower. */
export function match(shape: Shape, name: string, beyondWidths?: Tower["beyondWidths"]): AnyTower {
	const same = (row: Tower): boolean =>
		SHAPE_KEYS.every((key) => JSON.stringify(row[key]) === JSON.stringify(shape[key]));
	const id = (Object.keys(TOWERS) as TowerId[]).find((candidate) => same(TOWERS[candidate]));
	if (id !== undefined) return id;
	const custom: Tower = {
		...shape,
		name,
		...(beyondWidths === undefined ? {} : { beyondWidths }),
		parameters: 0,
		source: "widths of config.json vision_config",
	};
	return { ...custom, parameters: countTowerParameters(custom).total };
}
