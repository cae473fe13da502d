/**
 * Scenes, as plain data: colored shapes in cells, in one image, in several, or appearing and vanishing in a clip. Which kinds
 * of object (shape and color) are ever trained is decided here, so that a held-out split shares none.
 */

import type { Scenario } from "@onevision/core";
import type { Random } from "@onevision/graph";

export const COLORS = ["red", "green", "blue", "yellow", "purple", "white"] as const;
export type ColorName = (typeof COLORS)[number];
export const SHAPES = ["square", "disc", "triangle", "cross", "ring"] as const;
export type ShapeName = (typeof SHAPES)[number];

export interface SceneObject {
	readonly color: ColorName;
	readonly shape: ShapeName;
	/** Top-left corner of its box, px. */
	readonly x: number;
	readonly y: number;
}

/** One image. */
interface Still {
	/** Side, px. */
	readonly side: number;
	readonly objects: readonly SceneObject[];
}

/** An object and the frames that show it, from `from` to before `until`. */
interface TimedObject extends SceneObject {
	readonly from: number;
	readonly until: number;
}

export interface Timeline {
	readonly side: number;
	readonly frames: number;
	readonly objects: readonly TimedObject[];
}

export interface Scenes {
	readonly "single-image": Still;
	readonly "multi-image": readonly Still[];
	readonly video: Timeline;
}

/** `train` and `held-out` share no kind of object. */
export const SPLITS = ["train", "held-out"] as const;
export type Split = (typeof SPLITS)[number];

/** Side of an object's box, px. */
export const OBJECT_SIDE = 6;
/** Side of a cell, px: an object and room to move. */
const CELL = 8;

/** What scenes are made of. */
export interface SceneRules {
	/** Cells on a side of a single image, and of an image of several or a frame. */
	readonly cells: { readonly single: number; readonly several: number };
	readonly images: number;
	readonly frames: number;
	/** Frames that show an object, the same for all: how long one is shown says nothing about when. */
	readonly shownFrames: number;
	/** A clip of more frames: its events stretched over all of them, or at their own pace somewhere in a longer clip. */
	readonly longer?: { readonly frames: number; readonly by: "stride" | "length" };
}

export const SCENE_RULES: SceneRules = {
	cells: { single: 4, several: 2 },
	images: 3,
	frames: 8,
	shownFrames: 3,
};

type Kind = Pick<SceneObject, "color" | "shape">;

/** A fifth of all kinds is held out, some of every color and of every shape. */
function isHeldOut(color: number, shape: number): boolean {
	return (color + 2 * shape) % 5 === 0;
}

const KINDS: Readonly<Record<Split, readonly Kind[]>> = {
	train: kindsWhere((color, shape) => !isHeldOut(color, shape)),
	"held-out": kindsWhere(isHeldOut),
};

function kindsWhere(holds: (color: number, shape: number) => boolean): readonly Kind[] {
	return COLORS.flatMap((color, c) => SHAPES.flatMap((shape, s) => (holds(c, s) ? [{ color, shape }] : [])));
}

/** Draws scenes of each scenario. */
export const SCENE_MAKERS: {
	readonly [S in Scenario]: (random: Random, split: Split, rules: SceneRules) => Scenes[S];
} = {
	"single-image": (random, split, { cells }) => still(random, split, cells.single, 1 + random.integer(6)),
	"multi-image": (random, split, { cells, images }) => {
		// A palette of its own for every sample: colors that one image shows and others do not are common.
		const palette = paletteOf(random, split);
		return Array.from({ length: images }, () =>
			still(random, split, cells.several, 1 + random.integer(3), palette),
		);
	},
	video: timeline,
};

/** Few colors, so that some occur more than once. */
function paletteOf(random: Random, split: Split): readonly Kind[] {
	const colors = shuffled(random, COLORS).slice(0, 2 + random.integer(3));
	return KINDS[split].filter(({ color }) => colors.includes(color));
}

function still(
	random: Random,
	split: Split,
	cells: number,
	count: number,
	palette: readonly Kind[] = paletteOf(random, split),
): Still {
	const objects = cellsOf(random, cells)
		.slice(0, count)
		.map((cell) => placed(random, pick(random, palette), cell));
	return { side: CELL * cells, objects };
}

/** Each object starts in a frame of its own and is shown as long as the others. */
function timeline(random: Random, split: Split, rules: SceneRules): Timeline {
	const { cells, frames, shownFrames, longer } = rules;
	const palette = paletteOf(random, split);
	const starts = shuffled(
		random,
		Array.from({ length: frames - shownFrames + 1 }, (_, frame) => frame),
	);
	const count = 2 + random.integer(3);
	const objects = cellsOf(random, cells.several)
		.slice(0, count)
		.map((cell, index) => {
			const from = starts[index] ?? 0;
			return { ...placed(random, pick(random, palette), cell), from, until: from + shownFrames };
		});
	const short: Timeline = { side: CELL * cells.several, frames, objects };
	return longer === undefined ? short : LONGER[longer.by](short, longer.frames, random);
}

/** Longer clips of the same scene. */
const LONGER = {
	stride: (scene: Timeline, frames: number): Timeline =>
		retimed(scene, frames, (at) => Math.round((at * frames) / scene.frames)),
	length: (scene: Timeline, frames: number, random: Random): Timeline => {
		const start = random.integer(frames - scene.frames + 1);
		return retimed(scene, frames, (at) => start + at);
	},
} as const;

function retimed(scene: Timeline, frames: number, at: (frame: number) => number): Timeline {
	const objects = scene.objects.map((object) => ({
		...object,
		from: at(object.from),
		until: at(object.until),
	}));
	return { ...scene, frames, objects };
}

interface Cell {
	readonly row: number;
	readonly col: number;
}

/** All cells in random order. */
function cellsOf(random: Random, side: number): readonly Cell[] {
	return shuffled(
		random,
		Array.from({ length: side ** 2 }, (_, index) => ({ row: Math.floor(index / side), col: index % side })),
	);
}

function placed(random: Random, kind: Kind, { row, col }: Cell): SceneObject {
	const room = CELL - OBJECT_SIDE + 1;
	return { ...kind, x: col * CELL + random.integer(room), y: row * CELL + random.integer(room) };
}

export function pick<T>(random: Random, values: readonly T[]): T {
	const value = values[random.integer(values.length)];
	if (value === undefined) throw new Error("internal: nothing to pick from");
	return value;
}

function shuffled<T>(random: Random, values: readonly T[]): T[] {
	const copy = [...values];
	for (let last = copy.length - 1; last > 0; last--) {
		const other = random.integer(last + 1);
		[copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
	}
	return copy;
}
