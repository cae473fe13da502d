/**
 * Published ablations of visual tokens: how benchmark scores changed when only the resolution, tokens per tile, tokens
 * per frame or number of frames changed. Fidelity's exponents are fitted to these tables, and its ranking is tested
 * against them (plan/fidelity.ts, docs/fidelity.md). Scores are in percent unless noted otherwise.
 */

/** One row of the frames-against-tokens ablation: frames in training, frames at inference, and tokens per frame. */
export interface FrameAblation {
	readonly trainedFrames: number;
	readonly askedFrames: number;
	/** Out of 729 patches. */
	readonly tokensPerFrame: number;
	readonly scores: Readonly<Record<VideoBenchmark, number>>;
}

export type VideoBenchmark = "next-qa" | "perception-test" | "egoschema" | "video-mme";

/** Mean clip duration of each benchmark, s. */
export const BENCHMARK_SECONDS = {
	"next-qa": { seconds: 44, source: "arXiv 2105.08276 (average length 44 s)" },
	"perception-test": { seconds: 23, source: "arXiv 2305.13786 (average length 23 s)" },
	egoschema: { seconds: 180, source: "arXiv 2308.09126 (three-minute clips)" },
	"video-mme": { seconds: 1017.9, source: "arXiv 2405.21075 (average length 1,017.9 s)" },
} as const satisfies Record<VideoBenchmark, { readonly seconds: number; readonly source: string }>;

const row = (
	trainedFrames: number,
	askedFrames: number,
	tokensPerFrame: number,
	[nextQa, perceptionTest, egoSchema, videoMme]: readonly [number, number, number, number],
): FrameAblation => ({
	trainedFrames,
	askedFrames,
	tokensPerFrame,
	scores: {
		"next-qa": nextQa,
		"perception-test": perceptionTest,
		egoschema: egoSchema,
		"video-mme": videoMme,
	},
});

/**
 * LLaVA-Video, table 8: SigLIP at 384 px, Qwen2, trained on clips of up to 30 s. The only published table that varies
 * both frames and tokens per frame for this family under equal training.
 */
export const LLAVA_VIDEO_FRAMES = {
	source: "arXiv 2410.02713, appendix C, table 8",
	rows: [
		row(32, 32, 169, [80.4, 68.2, 56.3, 59.1]),
		row(64, 64, 169, [81.4, 68.3, 58.4, 59.6]),
		row(110, 110, 169, [82.0, 68.3, 59.1, 60.4]),
		row(32, 64, 169, [80.7, 68.9, 56.3, 59.9]),
		row(32, 110, 169, [80.5, 67.2, 55.2, 58.8]),
		row(32, 32, 729, [79.4, 69.5, 58.3, 59.1]),
		row(440, 440, 64, [81.6, 67.2, 59.4, 60.2]),
	],
} as const satisfies { readonly source: string; readonly rows: readonly FrameAblation[] };

/** One row of the resolution-against-tokens ablation. `tileLimit` is the side of the largest tile grid. */
export interface TileAblation {
	readonly tileLimit: number;
	/** Token cap in tiles, including the overview. */
	readonly tokenTiles: number;
	readonly scores: Readonly<Record<"ai2d" | "chartqa" | "docvqa" | "infovqa", number>>;
}

/**
 * LLaVA-NeXT's "Higher AnyRes" ablation, whose recipe became LLaVA-OneVision's `anyres_max_9`: SigLIP at 384 px,
 * Qwen1.5-0.5B. Only the table's four detail-oriented benchmarks are included.
 */
export const HIGHER_ANYRES = {
	source:
		"https://llava-vl.github.io/blog/2024-05-25-llava-next-ablations/, section 2.2 (max. grids and max. tokens); the same scheme as arXiv 2408.03326, section 3.2",
	rows: [
		{ tileLimit: 2, tokenTiles: 5, scores: { ai2d: 51.1, chartqa: 49.2, docvqa: 58.8, infovqa: 25.7 } },
		{ tileLimit: 4, tokenTiles: 5, scores: { ai2d: 52.8, chartqa: 49.4, docvqa: 58.1, infovqa: 26.0 } },
		{ tileLimit: 5, tokenTiles: 5, scores: { ai2d: 52.4, chartqa: 49.6, docvqa: 57.6, infovqa: 26.9 } },
		{ tileLimit: 6, tokenTiles: 5, scores: { ai2d: 52.7, chartqa: 50.1, docvqa: 56.7, infovqa: 27.1 } },
		{ tileLimit: 6, tokenTiles: 10, scores: { ai2d: 52.7, chartqa: 55.8, docvqa: 62.7, infovqa: 26.7 } },
		{ tileLimit: 6, tokenTiles: 17, scores: { ai2d: 52.7, chartqa: 56.1, docvqa: 62.2, infovqa: 27.1 } },
	],
} as const satisfies { readonly source: string; readonly rows: readonly TileAblation[] };

/**
 * LLaVA-NeXT-Interleave: frames pooled to a quarter against unpooled frames, at equal tokens. ActivityNet-QA is in
 * percent; the captioning scores are a mean out of 5. Its training captions were written from ten frames per clip
 * (LLaVA-Hound), so extra frames could teach little. The two tables disagree; which one holds depends on the data.
 */
export const INTERLEAVE_POOLING = {
	source: "https://llava-vl.github.io/blog/2024-06-16-llava-next-interleave/, pooling against not pooling",
	rows: [
		{ frames: 40, pooledTo: 1 / 4, activityNetQa: 52.75, captioning: 3.35 },
		{ frames: 64, pooledTo: 1 / 4, activityNetQa: 52.7, captioning: 3.33 },
		{ frames: 10, pooledTo: 1, activityNetQa: 52.9, captioning: 3.38 },
		{ frames: 16, pooledTo: 1, activityNetQa: 54.4, captioning: 3.41 },
	],
} as const;
