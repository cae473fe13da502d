/**
 * Media typed as sizes: `1920x1080`, `4x 1080p`, `60 s 720p clip`. Names of resolutions are 16:9; `4x` is one request
 * of four images.
 */

import { OnevisionError } from "@onevision/base";
import { MAX_ITEMS } from "@onevision/core";
import type { HeaderFacts } from "./header.ts";

/** One typed request. */
export interface TypedRequest {
	/** The words it was typed with, tidied. */
	readonly name: string;
	readonly items: readonly HeaderFacts[];
}

const HEIGHTS: Readonly<Record<string, number>> = {
	"4k": 2160,
	"8k": 4320,
	uhd: 2160,
	"full hd": 1080,
	hd: 720,
};
const MAX_SECONDS = 86_400;
const DEFAULT_FPS = 30;
/** Most images of one typed request that the page lists. */
const MAX_TYPED_ITEMS = Math.min(1000, MAX_ITEMS);

const COUNT = /^(\d+)\s*[x×]\s+/i;
const SIZE = /\b(\d{1,8})\s*[x×]\s*(\d{1,8})\b/i;
const LINES = /\b(\d{3,4})p\b/i;
const NAMED = /\b(8k|4k|uhd|full hd|hd)\b/i;
const DURATION = /\b(\d+(?:\.\d+)?)\s*(ms|s|sec|secs|seconds?|min|mins|minutes?|h|hours?)\b/i;
const RATE = /(?:@\s*)?\b(\d+(?:\.\d+)?)\s*(?:fps|frames per second)\b/i;
const FILLER = /\b(image|images|photo|photos|video|clip|of|at|a|an)\b|@/gi;

/** Reads requests separated by commas, semicolons or lines. Throws `invalid-input`, naming the words it cannot read. */
export function parseTyped(text: string): TypedRequest[] {
	const parts = text
		.split(/[,;\n]/)
		.map((part) => part.trim().replace(/\s+/g, " "))
		.filter((part) => part !== "");
	if (parts.length === 0) throw invalid(text, "nothing is typed");
	return parts.map(parseOne);
}

function parseOne(part: string): TypedRequest {
	// "1920 x 1080" is a size, "4x 1080p" a number of them.
	const count = SIZE.exec(part)?.index === 0 ? null : COUNT.exec(part);
	const rest = count === null ? part : part.slice(count[0].length);
	const size = sizeOf(rest);
	if (size === undefined) throw invalid(part, "no size in it");
	const duration = DURATION.exec(rest);
	const rate = RATE.exec(rest);
	const left = [SIZE, LINES, NAMED, DURATION, RATE]
		.reduce((words, pattern) => words.replace(pattern, " "), rest)
		.replace(FILLER, " ")
		.trim();
	if (left !== "") throw invalid(part, `"${left.slice(0, 40)}" says nothing here`);
	const times = count === null ? 1 : Number(count[1]);
	if (times < 1 || times > MAX_TYPED_ITEMS) throw invalid(part, `1 to ${MAX_TYPED_ITEMS} of a kind`);
	if (duration === null && /\b(video|clip)\b/i.test(part)) throw invalid(part, "a clip needs a duration");
	if (duration === null && rate !== null) throw invalid(part, "a rate needs a duration");
	const facts = duration === null ? imageOf(size) : clipOf(part, size, duration, rate);
	return { name: part, items: Array.from({ length: times }, () => facts) };
}

interface TypedSize {
	readonly width: number;
	readonly height: number;
}

function sizeOf(text: string): TypedSize | undefined {
	const size = SIZE.exec(text);
	if (size !== null) return { width: Number(size[1]), height: Number(size[2]) };
	const lines = LINES.exec(text);
	const named = NAMED.exec(text);
	const height = lines === null ? HEIGHTS[named?.[1]?.toLowerCase() ?? ""] : Number(lines[1]);
	return height === undefined ? undefined : { width: Math.round((height * 16) / 9 / 2) * 2, height };
}

function imageOf({ width, height }: TypedSize): HeaderFacts {
	return { kind: "image", width, height, turned: false };
}

function clipOf(
	part: string,
	{ width, height }: TypedSize,
	[, amount = "", unit = ""]: readonly string[],
	rate: readonly string[] | null,
): HeaderFacts {
	const seconds = Number(amount) * secondsIn(unit.toLowerCase());
	const fps = rate === null ? DEFAULT_FPS : Number(rate[1]);
	const frames = Math.round(seconds * fps);
	if (seconds > MAX_SECONDS) throw invalid(part, "a clip lasts at most 24 hours");
	if (!(fps > 0) || frames < 1) throw invalid(part, "no frames in that time");
	return { kind: "video", width, height, frames, fps };
}

function secondsIn(unit: string): number {
	if (unit === "ms") return 0.001;
	if (unit.startsWith("h")) return 3600;
	return unit.startsWith("m") ? 60 : 1;
}

function invalid(part: string, why: string): OnevisionError {
	return new OnevisionError(
		"invalid-input",
		`${part.slice(0, 60)}: ${why}; type 1920x1080, 4x 1080p or 60 s 720p clip`,
	);
}
