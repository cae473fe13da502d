/**
 * Schemas for values as written in snapshot files, including the `size` objects of image processors. Source:
 * transformers 5.18 image_processing_utils.py (`get_size_dict`, `convert_to_size_dict`, `VALID_SIZE_DICT_KEYS`).
 */

import { boolean, either, integer, isRecord, list, number, type Schema, text } from "@onevision/base/schema";
import { type Section, unsupported } from "./section.ts";

/** Ranges are wide enough for any model, and narrow enough that every product stays a safe integer. */
export const patchSide = integer("Side of a patch, px", { min: 1, max: 1024 });
export const viewSide = integer("A side, px", { min: 1, max: 65_536 });
export const pixelCount = integer("Pixels", { min: 1, max: 2 ** 40 });
export const mergeSide = integer("Patches per side merged into one token", { min: 1, max: 8 });
export const tileCount = integer("Tiles", { min: 1, max: 100 });
export const tokenCount = integer("Tokens", { min: 0, max: 2 ** 24 });
export const frameCount = integer("Frames", { min: 1, max: 100_000 });
export const framesPerSecond = number("Frames per second", { min: 0.001, max: 1000 });
export const flag = boolean("A switch");
export const word = text("A name", 200);

/** A side that newer files may write as `[14, 14]`. Throws `unsupported` when the two values differ. */
export function squareSide(section: Section, key: string, side: Schema<number>): number | undefined {
	const given = section.read(key, either(side, list("Height and width", side, { min: 2, max: 2 })));
	if (given === undefined || typeof given === "number") return given;
	const [height, width] = given;
	if (height !== undefined && height === width) return height;
	throw unsupported(
		`${section.path} ${key}: ${given.join(" × ")} is not square; OneVision counts square ones`,
	);
}

/** Contents of `size` or `crop_size`, in the forms transformers accepts. */
export type SizeObject = Readonly<Partial<Record<SizeKey, number>>>;

const SIZE_KEYS = [
	"height",
	"width",
	"shortest_edge",
	"longest_edge",
	"max_height",
	"max_width",
	"min_pixels",
	"max_pixels",
] as const;
type SizeKey = (typeof SIZE_KEYS)[number];

const SIZE_FORMS = [
	["height", "width"],
	["shortest_edge"],
	["longest_edge", "shortest_edge"],
	["longest_edge"],
	["max_height", "max_width"],
	["max_pixels", "min_pixels"],
].map((form) => [...form].sort().join(" "));

/** `get_size_dict`: a number means a square or a shortest edge, a list means height and width. */
export function sizeObject(section: Section, key: string, numberIsSquare: boolean): SizeObject | undefined {
	const given = section.read(key, anySize);
	if (given === undefined) return undefined;
	if (typeof given === "number") {
		return numberIsSquare ? { height: given, width: given } : { shortest_edge: given };
	}
	if (Array.isArray(given)) return { height: given[0], width: given[1] };
	const form = Object.keys(given).sort().join(" ");
	if (SIZE_FORMS.includes(form)) return given as SizeObject;
	throw unsupported(
		`${section.path} ${key}: transformers accepts height and width, or shortest_edge and longest_edge, not ${form === "" ? "nothing" : form}`,
	);
}

/** A record of known size keys with integer pixel values. Null entries count as absent. */
export const sizeRecord: Schema<SizeObject> = {
	doc: "A size",
	expects: `an object of ${SIZE_KEYS.join(", ")}`,
	json: { type: "object" },
	parse: (value, path) => {
		const entries: [string, number][] = [];
		for (const [key, entry] of Object.entries(isRecord(value) ? value : { [String(typeof value)]: 0 })) {
			if (entry === null) continue;
			if (!SIZE_KEYS.some((known) => known === key)) {
				throw unsupported(`${path}: expected ${sizeRecord.expects}`);
			}
			entries.push([key, pixelCount.parse(entry, `${path}.${key}`)]);
		}
		return Object.fromEntries(entries);
	},
};

const anySize = either<number | readonly number[], SizeObject>(
	either(viewSide, list("Height and width, px", viewSide, { min: 2, max: 2 })),
	sizeRecord,
);

/** The pair in `merge_kernel_size`. */
export const mergePair = list("Patches per side", mergeSide, { min: 2, max: 2 });
