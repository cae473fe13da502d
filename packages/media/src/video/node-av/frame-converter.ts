/**
 * Converts decoded frames to RGB with the same filter graph the FFmpeg command builds: rotate, scale, convert. The
 * plain scaler would assume BT.601 for every video; the graph uses the frame's own matrix and range.
 */

import { Filter, type FilterContext, FilterGraph, type Filter as FilterType, Frame } from "node-av/lib";
import { orientationFilters } from "../orientation.ts";
import type { DecodeOptions } from "../video.ts";

/** Returns each frame as `[height, width, 3]` RGB. Rebuilds the graph when the frames' format changes. */
export interface FrameConverter {
	make(frame: Frame): Uint8Array;
	free(): void;
}

interface Graph {
	readonly kind: string;
	readonly graph: FilterGraph;
	readonly source: FilterContext;
	readonly sink: FilterContext;
}

export function frameConverter(options: DecodeOptions, matrix: Int32Array | undefined): FrameConverter {
	const output = new Frame();
	output.alloc();
	let current: Graph | undefined;
	return {
		make(frame) {
			const kind = kindOf(frame);
			if (current?.kind !== kind) {
				current?.graph.free();
				current = buildGraph(kind, options, matrix);
			}
			assertDone(current.source.buffersrcAddFrameSync(frame), "a frame was refused");
			assertDone(current.sink.buffersinkGetFrameSync(output), "no frame came out");
			const pixels = output.toBuffer();
			output.unref();
			return pixels;
		},
		free() {
			current?.graph.free();
			output.free();
		},
	};
}

/** Arguments of the graph's source: everything that determines how a frame's samples are read. */
function kindOf({ width, height, format, colorSpace, colorRange }: Frame): string {
	const shape = `video_size=${width}x${height}:pix_fmt=${format}:time_base=1/1:pixel_aspect=1/1`;
	return `${shape}:colorspace=${colorSpace}:range=${colorRange}`;
}

function buildGraph(
	kind: string,
	{ size, appliesRotation }: DecodeOptions,
	matrix: Int32Array | undefined,
): Graph {
	const graph = new FilterGraph();
	graph.alloc();
	// One frame at a time gives several threads nothing to do.
	graph.nbThreads = 1;
	const add = (filter: string, args: string | null) => {
		const context = graph.createFilter(filterNamed(filter), `${filter}${graph.nbFilters}`, args);
		if (context === null) throw new Error(`FFmpeg refuses the filter ${filter}=${args}`);
		return context;
	};
	const chain = [
		add("buffer", kind),
		...(appliesRotation ? orientationFilters(matrix) : []).map(([name, args]) => add(name, args || null)),
		add("scale", `${size.width}:${size.height}:flags=bicubic`),
		add("format", "pix_fmts=rgb24"),
		add("buffersink", null),
	];
	for (const [place, filter] of chain.entries()) {
		const next = chain[place + 1];
		if (next !== undefined) assertDone(filter.link(0, next, 0), "filters do not fit together");
	}
	assertDone(graph.configSync(), "the filter graph cannot be set up");
	const [source, sink] = [chain[0], chain.at(-1)];
	if (source === undefined || sink === undefined) throw new Error("internal: an empty filter graph");
	return { kind, graph, source, sink };
}

function filterNamed(name: string): FilterType {
	const filter = Filter.getByName(name);
	if (filter === null) throw new Error(`FFmpeg was built without the filter ${name}`);
	return filter;
}

function assertDone(code: number, what: string): void {
	if (code < 0) throw new Error(`FFmpeg: ${what} (code ${code})`);
}
