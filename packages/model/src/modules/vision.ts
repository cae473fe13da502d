/** The graphs from a view's pixels to embeddings of the language model, and how a view is fed to each form of tower. */

import { float32, type Grid } from "@onevision/base";
import { Graph, type LayerForm, ops, type Tensors, type Value } from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import type { NativeVision } from "../architecture/native.ts";
import type { TilesVision } from "../architecture/tiles.ts";
import type { Pooling } from "../families/family.ts";
import { inverseFrequencies, rotaryTables } from "../generate/rope.ts";
import { merger, nativeTower, patchWidth } from "./native-tower.ts";
import { projector } from "./projector.ts";
import { type PrecisionOf, Scope } from "./scope.ts";
import { tower } from "./tower.ts";
import { gathered, patchPositions, scattered, windowsOf, windowTensors } from "./windows.ts";

/** What goes through the tower once: an image or a tile of it, a frame, or a group of frames. */
export interface View {
	readonly kind: "image" | "video";
	/** Patches. */
	readonly grid: Grid;
	/** Planes [3, height, width], or patches [patches, values of one], as the family's processor makes them. */
	readonly pixels: Float32Array;
}

/** A graph that views go through. */
export interface VisionGraph {
	/** What is run. */
	readonly outputs: Readonly<Record<string, Value>>;
	/** The tower's features, [1, patches, width], before they are pooled and projected. */
	readonly features: Value;
	feeds(view: View): Tensors;
	/** Embeddings of the view's tokens in reading order, from the graph's outputs. */
	embeddings(outputs: Tensors, view: View): Float32Array;
}

/** Graphs by kind of medium; one and the same where both are computed alike. */
export type VisionGraphs = Readonly<Record<View["kind"], VisionGraph>>;

const EMBEDDINGS = "embeddings";
const PIXELS = "pixels";

export function visionGraphs(architecture: Architecture, precisionOf: PrecisionOf): VisionGraphs {
	const scopeOf = (name: string) => new Scope(new Graph(name), "", precisionOf);
	return architecture.form === "tiles"
		? tiles(architecture, scopeOf)
		: native(architecture, scopeOf("vision"));
}

/** Form of the operators: views go through these graphs for inference alone. */
const FORM: LayerForm = "fused";

function tiles(vision: TilesVision, scopeOf: (name: string) => Scope): VisionGraphs {
	const image = tilesGraph(scopeOf("vision"), vision, undefined);
	const { framePooling: pooling } = vision;
	return { image, video: pooling === undefined ? image : tilesGraph(scopeOf("frames"), vision, pooling) };
}

function tilesGraph(
	scope: Scope,
	{ tower: shape, projector: projection }: TilesVision,
	pooling: Pooling | undefined,
): VisionGraph {
	const sizes = [1, 3, shape.imageSize, shape.imageSize];
	const seen = tower(scope.graph.input(PIXELS, "float32", sizes), scope.at("vision_tower"), shape, FORM);
	const features = pooling === undefined ? seen : pooledCells(seen, pooling);
	const embeddings = projector(features, scope.at("multi_modal_projector"), projection, FORM);
	return {
		outputs: { [EMBEDDINGS]: embeddings },
		features: seen,
		feeds: ({ pixels }) => ({ [PIXELS]: float32(sizes, pixels) }),
		embeddings: (outputs) => outputs[EMBEDDINGS]?.data as Float32Array,
	};
}

/** Squares of features, [1, side², width], as one each. The side is a multiple of the stride. */
function pooledCells(features: Value, { stride, mode }: Pooling): Value {
	const [, patches = 0, width = 0] = features.shape;
	const side = Math.sqrt(patches);
	const cells = ops.Reshape(features, [side / stride, stride, side / stride, stride, width]);
	const pool = mode === "max" ? ops.ReduceMax : ops.ReduceMean;
	return ops.Reshape(pool(cells, { axes: [1, 3] }), [1, (side / stride) ** 2, width]);
}

const NATIVE = { cos: "cos", sin: "sin", rows: "window_rows", bias: "window_bias", places: "window_places" };

function native({ tower: shape, projector: merging }: NativeVision, scope: Scope): VisionGraphs {
	const unit = shape.merge ** 2;
	const patches = `${unit}*tokens`;
	const input = (name: string, dims: readonly (number | string)[], dtype: "float32" | "int64" = "float32") =>
		scope.graph.input(name, dtype, dims);
	const half = shape.hidden / shape.heads / 2;
	const view = {
		pixels: input(PIXELS, [patches, patchWidth(shape)]),
		tables: { cos: input(NATIVE.cos, [1, patches, half]), sin: input(NATIVE.sin, [1, patches, half]) },
		windows: {
			rows: input(NATIVE.rows, ["windows", "size"], "int64"),
			bias: input(NATIVE.bias, ["windows", 1, "size", "size"]),
			places: input(NATIVE.places, [patches], "int64"),
		},
	};
	const features = nativeTower(view, scope.at("vision_tower"), shape, FORM);
	const embeddings = merger(features, scope.at("multi_modal_projector"), merging, FORM);
	const frequencies = [0, 1].flatMap(() => [...inverseFrequencies(half, shape.ropeTheta)]);
	const axes = frequencies.map((_, index) => (index < half / 2 ? 0 : 1));
	const graph: VisionGraph = {
		outputs: { [EMBEDDINGS]: embeddings },
		features,
		feeds: ({ grid, pixels }) => {
			const tokens = tokenGrid(grid, shape.merge);
			const windows = windowsOf(tokens, shape.window);
			const order = windows.flat();
			const places = patchPositions(order, tokens.cols, shape.merge);
			const { cos, sin } = rotaryTables(places, Float32Array.from(frequencies), axes);
			const { rows, bias, places: back } = windowTensors(windows, unit);
			const count = order.length * unit;
			return {
				[PIXELS]: float32([count, patchWidth(shape)], gathered(pixels, order, unit * patchWidth(shape))),
				[NATIVE.cos]: float32([1, count, half], cos),
				[NATIVE.sin]: float32([1, count, half], sin),
				[NATIVE.rows]: rows,
				[NATIVE.bias]: bias,
				[NATIVE.places]: back,
			};
		},
		embeddings: (outputs, { grid }) => {
			const order = windowsOf(tokenGrid(grid, shape.merge), shape.window).flat();
			return scattered(outputs[EMBEDDINGS]?.data as Float32Array, order, merging.outputs);
		},
	};
	return { image: graph, video: graph };
}

function tokenGrid({ rows, cols }: Grid, merge: number): Grid {
	return { rows: rows / merge, cols: cols / merge };
}
