/**
 * Published ablations of visual tokens: what happened to benchmark scores when resolution, tokens per tile, tokens per
 * frame or frames changed and nothing else did. Fidelity's exponents are fitted to them and its ranking is tested
 * against them (plan/fidelity.ts, docs/fidelity.md). Scores are percent unless said otherwise.
 */

/** One row of the frames-against-tokens ablation: frames in training and at inference, tokens of one frame. */
export interface FrameAblation {
	readonly trainedFrames: number;
	readonly askedFrames: number;
	/** Of 729 patches. */
	readonly tokensPerFrame: number;
	readonly scores: Readonly<Record<VideoBenchmark, number>>;
}

export type VideoBenchmark = "next-qa" | "perception-test" | "egoschema" | "video-mme";

/** Mean duration of the benchmark's clips, s. */
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
 * LLaVA-Video, table 8: SigLIP at 384 px, Qwen2, trained on clips of up to 30 s. The one published table that varies
 * frames and tokens per frame for this family, at equal training.
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

/** One row of the resolution-against-tokens ablation. `tileLimit`: side of the largest tile grid. */
export interface TileAblation {
	readonly tileLimit: number;
	/** Token cap in tiles, overview included. */
	readonly tokenTiles: number;
	readonly scores: Readonly<Record<"ai2d" | "chartqa" | "docvqa" | "infovqa", number>>;
}

/**
 * LLaVA-NeXT's "Higher AnyRes" ablation, the recipe that became LLaVA-OneVision's `anyres_max_9`: SigLIP at 384 px,
 * Qwen1.5-0.5B. The four benchmarks of the table that ask for detail.
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
 * LLaVA-NeXT-Interleave: frames pooled to a quarter against frames as they are, at equal tokens. ActivityNet-QA in
 * percent, the mean of the captioning scores out of 5. Its training captions were written from ten frames a clip
 * (LLaVA-Hound), so more frames could teach little: the two tables disagree, and the truth depends on the data.
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
