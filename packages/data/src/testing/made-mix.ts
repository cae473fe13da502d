/** Sizes of a made training set: text, single images under AnyRes, several images, and videos. */

import { mulberry32 } from "../random.ts";
import type { MadeRow } from "./profile-folder.ts";

/** Tokens of an image among several, of a tile, and of a video of 32 frames; LLaVA-OneVision's, with newlines rounded. */
const IMAGE_TOKENS = 730;
const TILE_PATCHES = 729;
const VIDEO_TOKENS = 6273;
const VIDEO_FRAMES = 32;

/**
 * A third text and the rest with media, in about the shares of LLaVA-OneVision's data: conversations of one to eight
 * exchanges whose texts have log-normal lengths.
 */
export function madeMix(count: number, seed: number): readonly MadeRow[] {
	const random = mulberry32(seed);
	// The sum of twelve draws is near enough to a normal one.
	const normal = (): number => Array.from({ length: 12 }, random).reduce((sum, draw) => sum + draw, -6);
	return Array.from({ length: count }, (): MadeRow => {
		const scenario = random();
		const media =
			scenario < 0.24 ? 0 : scenario < 0.7 ? 1 : scenario < 0.88 ? 2 + Math.floor(6 * random()) : 1;
		const isVideo = scenario >= 0.88;
		const tiles = media === 1 ? 1 + Math.floor(10 * random() ** 2) : 1;
		const mediaTokens = isVideo
			? VIDEO_TOKENS
			: media === 1
				? Math.floor(tiles * TILE_PATCHES * (0.8 + 0.25 * random()))
				: media * IMAGE_TOKENS;
		const towerTokens = isVideo ? VIDEO_FRAMES * TILE_PATCHES : (media === 1 ? tiles : media) * TILE_PATCHES;
		const exchanges = 1 + Math.floor(8 * random() ** 3);
		const cuts = [[0, 14, 0, 0, 0]];
		for (let exchange = 1; exchange <= exchanges; exchange++) {
			const [turns = 0, tokens = 0, , , labels = 0] = cuts.at(-1) ?? [];
			const answer = Math.ceil(Math.exp(4.4 + 1.1 * normal()));
			const question = 12 + Math.floor(30 * random());
			const own = media === 0 ? 0 : mediaTokens;
			cuts.push([
				turns + 2,
				tokens + question + answer + (exchange === 1 ? own : 0),
				...[media, media === 0 ? 0 : towerTokens, labels + answer],
			]);
		}
		const length = cuts.at(-1)?.[1] ?? 0;
		return { length, media, towerTokens: media === 0 ? 0 : towerTokens, ...(exchanges > 1 ? { cuts } : {}) };
	});
}
