/**
 * Position ids against transformers' own `get_rope_index` (goldens/positions.json, from oracle/positions.py), and
 * invariants of any sequence.
 */

import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS, checkpointById, resolveCheckpointId } from "../checkpoints.ts";
import { createCounterFrom } from "../count.ts";
import type { Checkpoint } from "../families/index.ts";
import goldens from "../goldens/positions.json" with { type: "json" };
import type { MediaItem } from "../sample.ts";
import { MAX_POSITIONS, type MropeIds, mropeIds, type Run } from "./mrope.ts";
import { type Positions, positionsOf, type Sequence } from "./positions.ts";
import { AXES, dimensionAxes, frequencyAxes, XD_AXES } from "./rule.ts";
import { positionRuleOf } from "./rules.ts";

type Piece = readonly [string, ...number[]];
/** length, delta, checks, temporal, height, width */
type Ids = readonly [number, number, readonly number[], ...(readonly (readonly number[] | null)[])];

function groups(kind: string) {
	return goldens.groups
		.filter((group) => group.kind === kind)
		.map((group) => ({ ...group, rows: group.rows as unknown as readonly (readonly unknown[])[] }));
}

const checkpointOf = (name: string) => checkpointById(resolveCheckpointId(name));

const check = (axis: Int32Array): number => axis.reduce((sum, value, index) => sum + value * (index + 1), 0);

type Axes = readonly Int32Array[];

const mropeAxes = (ids: MropeIds): Axes => [ids.temporal, ids.height, ids.width];

function axesOf(positions: Positions): Axes {
	if (positions.kind === "mrope") return mropeAxes(positions);
	if (positions.kind === "sequential") return [positions.positions];
	return [positions.sequence, positions.width, positions.height, positions.image];
}

/** `ids` in the form of a golden row. */
function row(
	ids: { readonly length: number; readonly nextPosition: number },
	axes: Axes,
	written: boolean,
): Ids {
	return [
		ids.length,
		ids.nextPosition - ids.length,
		axes.map(check),
		...axes.map((axis) => (written ? [...axis] : null)),
	];
}

describe("runs: transformers' get_rope_index on grids", () => {
	for (const { checkpoint, rows, constants } of groups("runs")) {
		test(`${checkpoint}: ${rows.length} sequences`, () => {
			expect(rows.length).toBeGreaterThan(30);
			for (const [pieces, seconds, ...expected] of rows) {
				const perPatch = [...((seconds as readonly number[] | null) ?? [])];
				const perSecond = constants.tokens_per_second ?? Number.NaN;
				const runs = (pieces as readonly Piece[]).map(([kind, ...size]): Run => {
					const [first = 0, rows = 0, cols = 0] = size;
					if (kind === "text") return { kind, tokens: first };
					if (kind === "image") return { kind, temporalPatches: first, grid: { rows, cols } };
					const next = perPatch.shift();
					const interval = next === undefined ? 1 : perSecond * next;
					return { kind: "video", temporalPatches: first, grid: { rows, cols }, interval };
				});
				const written = (expected as unknown as Ids)[3] !== null;
				const ids = mropeIds(runs);
				expect(row(ids, mropeAxes(ids), written), JSON.stringify(pieces)).toEqual(expected);
			}
		});
	}
});

/** A golden sequence in our format. Its characters count as tokens. */
function sequenceOf(pieces: readonly Piece[]): Sequence {
	const media: MediaItem[] = [];
	const segments = pieces.map(([kind, ...facts]): Sequence["segments"][number] => {
		const [width = 0, height = 0, frames = 0, fps = 0] = facts;
		if (kind === "text") return { kind, tokens: width };
		media.push(kind === "image" ? { kind, width, height } : { kind: "video", width, height, frames, fps });
		return { kind: "media", item: media.length - 1 };
	});
	return { media, segments };
}

/** The settings of a golden call: processor limits, and how the clips were sampled. */
function settingsOf(
	{ size, video_size: video }: { readonly size?: Limits; readonly video_size?: Limits },
	options: Readonly<Record<string, unknown>> | null,
) {
	const { num_frames, fps, do_sample_frames: sampled } = options ?? {};
	// Without options, the processor's own sampling applies.
	const everyFrame = options !== null && sampled !== true;
	return {
		min_pixels: size?.shortest_edge,
		max_pixels: size?.longest_edge,
		...(video === undefined
			? {}
			: { video_min_pixels: video.shortest_edge, video_max_pixels: video.longest_edge }),
		...(everyFrame ? { fps: "all" } : {}),
		...(typeof fps === "number" ? { fps } : {}),
		...(typeof num_frames === "number" ? { num_frames } : {}),
	};
}

interface Limits {
	readonly shortest_edge: number;
	readonly longest_edge: number;
}

describe("sequences: transformers' processor, then get_rope_index", () => {
	for (const { checkpoint, rows, constants } of groups("sequence")) {
		test(`${checkpoint}: ${rows.length} sequences`, () => {
			expect(rows.length).toBeGreaterThan(20);
			for (const [pieces, options, ...expected] of rows) {
				const sequence = sequenceOf(pieces as readonly Piece[]);
				const settings = settingsOf(constants, options as Readonly<Record<string, unknown>> | null);
				const positions = positionsOf(checkpointOf(checkpoint), sequence, settings as object, {
					countText: (text) => text.length,
				});
				const written = (expected as unknown as Ids)[3] !== null;
				expect(row(positions, axesOf(positions), written), JSON.stringify([pieces, options])).toEqual(
					expected,
				);
				expect(positions.exact).toBe(true);
				expect(positions.ropeDelta).toBe(expected[1]);
			}
		});
	}
});

test("each frequency turns with the axis the models give it", () => {
	for (const { checkpoint, rows, constants } of groups("frequencies")) {
		const rule = positionRuleOf(checkpointOf(checkpoint));
		if (rule.kind !== "mrope") throw new Error("these models have three axes");
		expect(rule.sections).toEqual(constants.mrope_section);
		expect(frequencyAxes(rule).map((axis) => AXES.indexOf(axis))).toEqual(rows[0]?.[0]);
	}
});

test("HunyuanVL: each dimension of a head turns with the axis the model gives it", () => {
	for (const { checkpoint, rows, constants } of groups("dimensions")) {
		const rule = positionRuleOf(checkpointOf(checkpoint));
		if (rule.kind !== "xdrope") throw new Error("this model has four axes");
		expect(rule.sections).toEqual(constants.mrope_section);
		expect(dimensionAxes(rule).map((axis) => XD_AXES.indexOf(axis))).toEqual(rows[0]?.[0]);
	}
});

test("one number per token: from where the model's own position embedding starts", () => {
	for (const { checkpoint, rows } of groups("starts")) {
		const expected = rows[0]?.[0] as readonly number[];
		const segments = [{ kind: "text", tokens: expected.length }] as const;
		const positions = positionsOf(checkpointOf(checkpoint), { media: [], segments });
		expect([...(axesOf(positions)[0] ?? [])]).toEqual(expected);
	}
});

test("a clip with more time than width overlaps the text after it; as vLLM numbers it, it does not", () => {
	const runs: readonly Run[] = [
		{ kind: "text", tokens: 2 },
		{ kind: "video", temporalPatches: 8, grid: { rows: 2, cols: 3 }, interval: 2 },
		{ kind: "text", tokens: 3 },
	];
	const ours = mropeIds(runs);
	expect([...ours.temporal.slice(-3)]).toEqual([5, 6, 7]);
	expect(ours.nextPosition).toBe(17);
	const vllm = mropeIds(runs, "largest");
	expect([...vllm.temporal.slice(-3)]).toEqual([17, 18, 19]);
	expect(vllm.nextPosition).toBe(20);
});

const arbitraryRuns = fc.array(
	fc.record({
		text: fc.integer({ min: 1, max: 20 }),
		kind: fc.constantFrom("image" as const, "video" as const),
		patches: fc.integer({ min: 1, max: 30 }),
		rows: fc.integer({ min: 1, max: 9 }),
		cols: fc.integer({ min: 1, max: 9 }),
		interval: fc.double({ min: 0.01, max: 9, noNaN: true }),
	}),
	{ minLength: 1, maxLength: 6 },
);

test("any sequence: numbers start at 0, stay below the next position, and text never goes back when behind the largest", () => {
	fc.assert(
		fc.property(arbitraryRuns, (pieces) => {
			const runs = pieces.flatMap(({ text, kind, patches, rows, cols, interval }): readonly Run[] => [
				{ kind: "text", tokens: text },
				kind === "image"
					? { kind, temporalPatches: 1, grid: { rows, cols } }
					: { kind, temporalPatches: patches, grid: { rows, cols }, interval },
			]);
			const ids = mropeIds(runs);
			for (const axis of [ids.temporal, ids.height, ids.width]) {
				expect(axis[0]).toBe(0);
				expect(Math.min(...axis)).toBe(0);
				expect(Math.max(...axis)).toBeLessThan(ids.nextPosition);
			}
			const { temporal, nextPosition } = mropeIds(runs, "largest");
			expect(temporal.every((value, index) => index === 0 || value >= (temporal[index - 1] ?? 0))).toBe(true);
			expect(nextPosition).toBeGreaterThanOrEqual(ids.nextPosition);
		}),
		{ seed: 11, numRuns: 300 },
	);
});

const CLIP: MediaItem = { kind: "video", width: 320, height: 240, frames: 96, fps: 24 };
const IMAGE: MediaItem = { kind: "image", width: 640, height: 480 };

function lengthOf(positions: Positions): number {
	return axesOf(positions)[0]?.length ?? 0;
}

test.each(CHECKPOINT_IDS)("%s: as many positions as context tokens", (id) => {
	const counter = createCounterFrom(id);
	const item = counter.family.scenarios.includes("single-image") ? IMAGE : CLIP;
	const sequence: Sequence = {
		media: [item],
		segments: [
			{ kind: "text", tokens: 5 },
			{ kind: "media", item: 0 },
			{ kind: "text", tokens: 6 },
		],
	};
	const positions = positionsOf(checkpointById(id), sequence);
	const layout = counter.count({ media: [item], textTokens: 11 });
	expect(lengthOf(positions)).toBe(layout.contextTokens);
	expect(positions.length + positions.ropeDelta).toBe(positions.nextPosition);
	expect(positions.exact).toBe(layout.exact);
});

test("PaliGemma counts from 1, LLaVA-OneVision from 0", () => {
	const sequence: Sequence = { media: [IMAGE], segments: [{ kind: "media", item: 0 }] };
	const first = (name: string) => {
		const positions = positionsOf(checkpointOf(name), sequence);
		return positions.kind === "sequential" ? [positions.positions[0], positions.ropeDelta] : [];
	};
	expect(first("llava-onevision-qwen2-7b-ov")).toEqual([0, 0]);
	const paligemma = CHECKPOINT_IDS.find((id) => checkpointById(id).family === "paligemma");
	if (paligemma !== undefined) expect(first(paligemma)).toEqual([1, 1]);
});

test("Qwen3-VL's times are estimated without a tokenizer, and the result says so", () => {
	const sequence: Sequence = { media: [CLIP], segments: [{ kind: "media", item: 0 }] };
	expect(positionsOf("qwen3-vl-8b", sequence).exact).toBe(false);
	expect(positionsOf("qwen2.5-vl-7b", sequence, { fps: 2 }).exact).toBe(true);
});

test.each([
	"qwen3-vl-8b",
	"glm-4.6v",
] as const)("%s: a clip's positions are its context tokens, by any parity", (id) => {
	const sequence: Sequence = { media: [CLIP], segments: [{ kind: "media", item: 0 }] };
	for (const parity of createCounterFrom(id).family.parities) {
		const layout = createCounterFrom(id, { parity }).count({ media: [CLIP] });
		expect(positionsOf(id, sequence, { parity }).length, parity).toBe(layout.contextTokens);
	}
});

test("what cannot be numbered is refused with one line", () => {
	const text = (tokens: number) => ({ kind: "text", tokens }) as const;
	const item = (index: number) => ({ kind: "media", item: index }) as const;
	const refuse = (segments: Sequence["segments"], media: readonly MediaItem[] = [IMAGE]) => {
		try {
			positionsOf("qwen2-vl-7b", { media, segments });
			return "nothing refused";
		} catch (error) {
			return error instanceof OnevisionError ? `${error.code}: ${error.message}` : String(error);
		}
	};
	expect(refuse([item(0), item(0)])).toMatchInlineSnapshot(
		`"invalid-input: media segment 0 occurs twice; name each item once"`,
	);
	expect(refuse([item(1)])).toMatchInlineSnapshot(
		`"invalid-input: media segment 1 is not one of 1 counted from 0; name each item once"`,
	);
	expect(refuse([text(3)])).toMatchInlineSnapshot(
		`"invalid-input: 1 of 1 media items have no segment; name each item once"`,
	);
	expect(refuse([text(-1), item(0)])).toMatchInlineSnapshot(
		`"invalid-input: text segment of -1 tokens: give a whole number from 0"`,
	);
	expect(refuse([text(MAX_POSITIONS), item(0)])).toMatchInlineSnapshot(
		`"over-limit: sequence of 16777609 tokens: at most 16777216 are numbered; split it"`,
	);
	const image: Run = { kind: "image", temporalPatches: 1, grid: { rows: 1, cols: 1 } };
	expect(() => mropeIds([image, image])).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: two images without a token between: their positions cannot be told apart; put the markers around each]`,
	);
	const { positions: _, ...silent } = checkpointOf("qwen2-vl-7b");
	expect(() =>
		positionsOf(silent as Checkpoint, { media: [], segments: [] }),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: positions of Qwen2-VL 7B: generations of this family number differently; give the checkpoint the rule of its own (positions)]`,
	);
});
