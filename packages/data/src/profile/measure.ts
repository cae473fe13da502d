/** Measures one sample: its media from their headers, its tokens by the model's rules, its text with a meter. */

import { OnevisionError } from "@onevision/base";
import {
	type Counter,
	type ItemLayout,
	type MediaItem,
	type Scenario,
	scenarioOf,
	tokenizeText,
} from "@onevision/core";
import { mediaItemOf } from "@onevision/media/node";
import type { MediumIdentity } from "../duplicates/identity.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import { type MediaKind, type MediaReference, placeholdersOf, type SampleRecord } from "../record.ts";
import type { TextMeter } from "../text/meter.ts";
import { type MediaReader, nameOf, type ReadMedium } from "./media-reader.ts";

/** Scenario of a sample. Text alone is not a planner scenario, but is part of a mix. */
export type ProfileScenario = Scenario | "text";
export const PROFILE_SCENARIOS = [
	"single-image",
	"multi-image",
	"video",
	"text",
] as const satisfies readonly ProfileScenario[];

/** Oddities of a sample that is profiled nevertheless. */
export const FINDINGS = {
	"placeholders-differ":
		"placeholders in the text and media of the sample differ in number; trainers disagree on what happens then",
	"no-labels": "no assistant turn that is trained on: the loss sees nothing",
	"over-context": "longer than the model's context",
} as const satisfies Record<string, string>;
export type Finding = keyof typeof FINDINGS;

export interface MeasuredMedium {
	readonly kind: MediaKind;
	readonly name: string;
	readonly header: ReadMedium["header"];
	readonly bytes: number;
	readonly identity?: MediumIdentity;
	readonly visualTokens: number;
	readonly towerTokens: number;
}

/** A place between turns: what is before it. */
export interface Cut {
	readonly turns: number;
	readonly tokens: number;
	readonly media: number;
	readonly towerTokens: number;
	readonly labelTokens: number;
}

/** Excludes the text, because parts of thousands of samples are held until stored. */
export interface MeasuredSample extends Pick<SampleRecord, "id" | "position"> {
	readonly scenario: ProfileScenario;
	readonly media: readonly MeasuredMedium[];
	readonly visualTokens: number;
	readonly towerTokens: number;
	/** Tokens of the turns; tokens around media are not included. */
	readonly textTokens: number;
	/** Text tokens that contribute to the loss. */
	readonly labelTokens: number;
	/** Everything the language model sees. */
	readonly length: number;
	/** Tokens up to the end of the last medium; a smaller `max_length` cuts it. 0 without media. */
	readonly mediaEnd: number;
	/**
	 * Tokens before the first label; with a `max_length` of at most this, nothing is left to train on. Absent without
	 * labels.
	 */
	readonly labelStart?: number;
	/**
	 * Where the sample may be cut, if it has several answers: first where the first turn behind the system prompt
	 * starts, then behind each answer. Known places only.
	 */
	readonly cuts?: readonly Cut[];
	/** `detail` says what is odd about this sample, where the finding alone does not. */
	readonly findings: readonly { readonly finding: Finding; readonly detail?: string }[];
}

/** How samples are measured. */
export interface Measuring {
	readonly counter: Counter;
	readonly text: TextMeter;
	readonly media: MediaReader;
}

/**
 * Measures a sample, or says why it cannot be measured; at once where its media are read at once. Media paths are
 * relative to `root`.
 */
export function measure(
	record: SampleRecord,
	root: string,
	measuring: Measuring,
): MeasuredSample | Refusal | Promise<MeasuredSample | Refusal> {
	const finish = (read: readonly ReadMedium[] | Refusal): MeasuredSample | Refusal =>
		isRefusal(read) ? read : measureRead(record, read, measuring);
	const read = readMedia(record.media, root, measuring.media, []);
	return read instanceof Promise ? read.then(finish) : finish(read);
}

/** Headers of media, those in `read` being there. */
function readMedia(
	references: readonly MediaReference[],
	root: string,
	media: MediaReader,
	read: ReadMedium[],
): readonly ReadMedium[] | Refusal | Promise<readonly ReadMedium[] | Refusal> {
	for (const reference of references.slice(read.length)) {
		const found = media.read(reference, root);
		if (found instanceof Promise) {
			return found.then((medium) => {
				if (isRefusal(medium)) return medium;
				read.push(medium);
				return readMedia(references, root, media, read);
			});
		}
		if (isRefusal(found)) return found;
		read.push(found);
	}
	return read;
}

function measureRead(
	record: SampleRecord,
	read: readonly ReadMedium[],
	{ counter, text }: Measuring,
): MeasuredSample | Refusal {
	const items = read.map(({ header }): MediaItem => mediaItemOf(header));
	const spans = text.measure(record.turns);
	const textTokens = spans.reduce((sum, span) => sum + (span.kind === "text" ? span.tokens : 0), 0);
	try {
		const counted = counter.count({ media: items, textTokens });
		const { countText } = text;
		const layout =
			countText === undefined ? counted : tokenizeText(counted, countText, counter.checkpoint.contextTokens);
		const order = inOrder(record, spans, layout.items);
		if (order.length !== layout.contextTokens) {
			throw new Error(`internal: a sample of ${layout.contextTokens} tokens was laid out as ${order.length}`);
		}
		const labelTokens = spans.reduce(
			(sum, span) => sum + (span.kind === "text" && span.isLabel ? span.tokens : 0),
			0,
		);
		return {
			position: record.position,
			...(record.id === undefined ? {} : { id: record.id }),
			scenario: scenarioOf({ media: items }) ?? "text",
			media: read.map(({ header, bytes, identity }, index) => {
				const { visualTokens = 0, towerTokens = 0 } = layout.items[index] ?? {};
				const reference = record.media[index];
				const name = reference === undefined ? "" : nameOf(reference);
				const measured = { kind: header.kind, name, header, bytes, visualTokens, towerTokens };
				return identity === undefined ? measured : { ...measured, identity };
			}),
			visualTokens: layout.visualTokens,
			towerTokens: layout.towerTokens,
			textTokens,
			labelTokens,
			length: order.length,
			mediaEnd: order.mediaEnd,
			...(order.labelStart === undefined ? {} : { labelStart: order.labelStart }),
			...(order.cuts === undefined ? {} : { cuts: order.cuts }),
			findings: [
				...(order.difference === undefined
					? []
					: [{ finding: "placeholders-differ" as const, detail: order.difference }]),
				...(labelTokens === 0 && record.turns.length > 0 ? [{ finding: "no-labels" as const }] : []),
				...(layout.overContext === undefined ? [] : [{ finding: "over-context" as const }]),
			],
		};
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return refuse("refused-by-model", error.message);
	}
}

const MEDIA_KINDS = ["image", "video"] as const satisfies readonly MediaKind[];

/** The start, the first answer, and another: less gives nothing to cut. */
const MIN_CUTS = 3;

/** Walks the sample as the language model sees it: media at their placeholders, media without one at the start. */
function inOrder(
	{ turns }: SampleRecord,
	spans: ReturnType<TextMeter["measure"]>,
	items: readonly ItemLayout[],
) {
	const waiting: Record<MediaKind, { readonly index: number; readonly tokens: number }[]> = {
		image: [],
		video: [],
	};
	for (const [index, { kind, visualTokens, wrapper }] of items.entries()) {
		const tokens = visualTokens + wrapper.markers + (wrapper.textTokens ?? wrapper.estimatedTextTokens);
		waiting[kind].push({ index, tokens });
	}
	const places = placeholdersOf(turns);
	// Without turns there is no text that could hold placeholders.
	const differing =
		turns.length === 0 ? [] : MEDIA_KINDS.filter((kind) => places[kind] !== waiting[kind].length);
	const difference = differing.map((kind) => {
		const { length } = waiting[kind];
		return `${length} ${kind}${length === 1 ? "" : "s"}, ${places[kind]} <${kind}> in the text`;
	});
	const passed = { length: 0, media: 0, lastMedium: -1, towerTokens: 0, labelTokens: 0 };
	const pass = ({ index, tokens }: { readonly index: number; readonly tokens: number }): void => {
		passed.length += tokens;
		passed.media++;
		passed.lastMedium = Math.max(passed.lastMedium, index);
		passed.towerTokens += items[index]?.towerTokens ?? 0;
	};
	let labelStart: number | undefined;
	for (const kind of MEDIA_KINDS) {
		for (const medium of waiting[kind].splice(places[kind])) pass(medium);
	}
	let mediaEnd = passed.length;
	const cuts: Cut[] = [];
	for (const span of spans) {
		if (span.kind === "cut") {
			const { length: tokens, media, lastMedium, towerTokens, labelTokens } = passed;
			// Media must be cut where they are, first ones before, last ones behind.
			if (lastMedium === media - 1) cuts.push({ turns: span.turns, tokens, media, towerTokens, labelTokens });
		} else if (span.kind === "text") {
			if (span.isLabel && span.tokens > 0) labelStart ??= passed.length;
			if (span.isLabel) passed.labelTokens += span.tokens;
			passed.length += span.tokens;
		} else {
			const medium = waiting[span.kind].shift();
			if (medium === undefined) continue;
			pass(medium);
			mediaEnd = passed.length;
		}
	}
	return {
		length: passed.length,
		mediaEnd,
		...(difference.length === 0 ? {} : { difference: difference.join(", ") }),
		...(labelStart === undefined ? {} : { labelStart }),
		...(cuts.length < MIN_CUTS ? {} : { cuts }),
	};
}
