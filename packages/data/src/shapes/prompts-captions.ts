/**
 * LLaVA-OneVision-2's rows: `images`, and turns as two lists, `prompts` and `captions`. Source:
 * offline_packing/s1_split_json_to_samples.py of EvolvingLMMs-Lab/LLaVA-OneVision-2 at b442560. A packed sample holds
 * several such rows: each entry of the two lists is then a row of its own.
 */

import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import { partsOf, placeholdersOf, type RowContent, type Turn } from "../record.ts";
import { idOf, mediaUnder, type Row, show } from "./fields.ts";

export function hasPromptsAndCaptions(row: Row): boolean {
	return "captions" in row;
}

export function readPromptsAndCaptions(row: Row): RowContent | Refusal {
	const media = mediaUnder(row, "image", ["images", "image"]);
	if (isRefusal(media)) return media;
	const turns = pairedTurns(row.prompts, row.captions);
	return isRefusal(turns) ? turns : { ...idOf(row), turns, media };
}

/** Whether a row is a pack: several samples in one. */
export function isPacked(row: Row): boolean {
	return hasPromptsAndCaptions(row) && "sample_count" in row;
}

/** The samples of a pack. If its lists do not match, the whole pack is refused. */
export function unpack(row: Row): RowContent[] | Refusal {
	const { prompts, captions, images } = row;
	if (!Array.isArray(captions))
		return refuse("unknown-layout", `captions: ${show(captions)} where a list is expected`);
	const asked: readonly unknown[] = Array.isArray(prompts) ? prompts : captions.map(() => "");
	if (asked.length !== captions.length) return unequal("prompts", asked.length, captions.length);
	const samples: { turns: Turn[]; images: number }[] = [];
	for (const [index, caption] of captions.entries()) {
		const turns = pairedTurns(asked[index], caption);
		if (isRefusal(turns)) return turns;
		samples.push({ turns, images: placeholdersOf(turns).image });
	}
	const lists = Array.isArray(images) && images.some(Array.isArray) ? images : undefined;
	if (lists !== undefined && lists.length !== samples.length)
		return unequal("images", lists.length, samples.length);
	const all = lists === undefined ? mediaUnder(row, "image", ["images"]) : [];
	if (isRefusal(all)) return all;
	// The first layout, LLaVA-OneVision-1.5's, has one image per sample and no placeholder for it.
	const isOneEach = all.length === samples.length && samples.every((each) => each.images <= 1);
	const places = samples.reduce((sum, each) => sum + each.images, 0);
	if (lists === undefined && !isOneEach && places !== all.length) {
		return refuse(
			"unknown-layout",
			`images: ${all.length} in a pack whose prompts have places for ${places}`,
		);
	}
	const contents: RowContent[] = [];
	let at = 0;
	for (const [index, sample] of samples.entries()) {
		const own = all.slice(at, at + (isOneEach ? 1 : sample.images));
		const media = lists === undefined ? own : mediaUnder({ images: lists[index] }, "image", ["images"]);
		if (isRefusal(media)) return media;
		at += own.length;
		contents.push({ turns: sample.turns, media });
	}
	return contents;
}

function pairedTurns(prompts: unknown, captions: unknown): Turn[] | Refusal {
	const asked = textsOf(prompts, "prompts");
	if (isRefusal(asked)) return asked;
	const given = textsOf(captions, "captions");
	if (isRefusal(given)) return given;
	if (asked.length > 0 && asked.length !== given.length)
		return unequal("prompts", asked.length, given.length);
	return given.flatMap((text, index): Turn[] => {
		const prompt = asked[index];
		const answer: Turn = { role: "assistant", parts: partsOf(text) };
		return prompt === undefined ? [answer] : [{ role: "user", parts: partsOf(prompt) }, answer];
	});
}

function textsOf(value: unknown, key: string): readonly string[] | Refusal {
	if (value === undefined || value === null) return [];
	if (typeof value === "string") return [value];
	const isTexts = Array.isArray(value) && value.every((each) => typeof each === "string");
	return isTexts ? (value as string[]) : refuse("unknown-layout", `${key}: expected texts`);
}

function unequal(key: string, given: number, captions: number): Refusal {
	return refuse("unknown-layout", `${key}: ${given} beside ${captions} captions`);
}
