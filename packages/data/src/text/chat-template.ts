/**
 * Measures text with the model's own tokenizer and chat template: renders the turns as transformers'
 * `apply_chat_template(tokenize=True)` does, then cuts the result at media and at the boundaries of the loss.
 */

import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";
import { OnevisionError } from "@onevision/base";
import type { MediaKind, Turn } from "../record.ts";
import { type ChatFiles, type ChatPrompt, headTurns, type TextMeter, type TextSpan } from "./meter.ts";

type Part = { readonly type: string; readonly text?: string };
interface Message {
	readonly role: string;
	readonly content: string | readonly Part[];
}
type Render = (
	messages: readonly Message[],
	addGenerationPrompt: boolean,
	more?: Readonly<Record<string, unknown>>,
) => string;

/** Text that no template writes by itself. */
const PROBE = "qzxprobe";

/** A range of the rendered text. */
interface Range {
	readonly start: number;
	readonly end: number;
}

/**
 * Creates a meter for this tokenizer and template. Throws `unreadable-file` for a template that cannot render a plain
 * question, or a tokenizer that cannot encode.
 */
export function createChatMeter(chat: ChatFiles): TextMeter {
	const { tokenizer, template, variables } = chat;
	const { render, count, added } = usable(() => {
		const compiled = new Template(template);
		const encoder = new Tokenizer(tokenizer, {});
		const encode = (text: string): number => encoder.encode(text, { add_special_tokens: false }).ids.length;
		return {
			render: ((messages, add_generation_prompt, more = {}) =>
				compiled.render({ ...variables, ...more, messages, add_generation_prompt })) as Render,
			count: remembered(encode),
			added: addedAround(encoder),
		};
	});
	const { bos_token: begin } = variables;
	/**
	 * The tokenizer adds the tokens it writes around a text, unless the template has begun with them (transformers 5.18
	 * processing_utils.py `apply_chat_template`).
	 */
	const withAdded = (text: string, spans: readonly TextSpan[]): readonly TextSpan[] => {
		if (typeof begin === "string" && text.startsWith(begin)) return spans;
		const own = (tokens: number): readonly TextSpan[] =>
			tokens === 0 ? [] : [{ kind: "text", tokens, isLabel: false }];
		return [...own(added.before), ...spans, ...own(added.behind)];
	};
	usable(() => count("<0.5 seconds>"));
	const takesParts = usable(() => rendersParts(render));
	const places = new Map<MediaKind, string>();
	if (takesParts) {
		for (const kind of ["image", "video"] as const) {
			const place = placeOf(render, kind);
			if (place !== undefined) places.set(kind, place);
		}
	} else {
		for (const kind of ["image", "video"] as const) places.set(kind, `<${kind}>`);
	}
	const header = attempt(() => userHeader(render, takesParts)) ?? "";
	return {
		basis: "counted by the model's tokenizer and chat template",
		isExact: true,
		chat,
		countText: count,
		measure: (turns) => {
			if (turns.length === 0) return [];
			const messages = turns.map((turn) => messageOf(turn, takesParts));
			const text = usable(() => render(messages, false));
			const answers = answersOf(turns, messages, text, render);
			const labels = labelRanges(turns, answers, messages, text, render);
			const cuts = [
				...headCut(turns, text, header),
				...answers.map(({ turn, end }) => ({ at: end, turns: turn + 1 })),
			];
			return withAdded(text, spansOf(text, placesIn(text, places), labels, cuts, count));
		},
		measurePrompt: ({ messages, variables: more, addGenerationPrompt }) => {
			const given = takesParts ? messages : messages.map(flattened);
			const text = usable(() => render(given, addGenerationPrompt, more));
			// Servers add nothing to a chat: vLLM's `add_special_tokens` is off by default.
			return spansOf(text, placesIn(text, places), [], [], count);
		},
	};
}

/** Texts remembered, and the longest of them in characters. */
const REMEMBERED = { texts: 1024, characters: 4096 } as const;

/** Counts a text once that comes again: parts of one sample overlap, and the same words stand around every turn. */
function remembered(count: (text: string) => number): (text: string) => number {
	const counts = new Map<string, number>();
	return (text) => {
		if (text === "") return 0;
		const known = counts.get(text);
		if (known !== undefined) return known;
		const tokens = count(text);
		if (text.length > REMEMBERED.characters) return tokens;
		if (counts.size >= REMEMBERED.texts) counts.clear();
		counts.set(text, tokens);
		return tokens;
	};
}

/** Tokens that the tokenizer writes before and behind any text. */
function addedAround(encoder: Tokenizer): { readonly before: number; readonly behind: number } {
	const plain: readonly number[] = encoder.encode(PROBE, { add_special_tokens: false }).ids;
	const whole: readonly number[] = encoder.encode(PROBE, { add_special_tokens: true }).ids;
	const before = whole.findIndex((_, at) => plain.every((id, index) => whole[at + index] === id));
	return before < 0 ? { before: 0, behind: 0 } : { before, behind: whole.length - plain.length - before };
}

function usable<T>(act: () => T): T {
	try {
		return act();
	} catch (error) {
		const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
		throw new OnevisionError("unreadable-file", `the chat template or tokenizer cannot be used: ${why}`);
	}
}

function messageOf({ role, parts }: Turn, takesParts: boolean): Message {
	if (!takesParts) {
		return {
			role,
			content: parts.map((part) => (part.kind === "text" ? part.text : `<${part.kind}>`)).join(""),
		};
	}
	return {
		role,
		content: parts.map((part) =>
			part.kind === "text" ? { type: "text", text: part.text } : { type: part.kind },
		),
	};
}

/** A message for a template that takes text alone. */
function flattened(message: ChatPrompt["messages"][number]): Message {
	const content = message.content.map(({ type, text }) => (type === "text" ? text : `<${type}>`)).join("");
	return { ...message, content };
}

/** Whether content is a list of parts. Other templates take text, and print a list as JSON or fail. */
function rendersParts(render: Render): boolean {
	// A template for text alone concatenates strings, and a list is not one.
	const parts = attempt(() => render([{ role: "user", content: [{ type: "text", text: PROBE }] }], false));
	if (parts?.includes(PROBE) && !/["']type["']/.test(parts)) return true;
	const text = render([{ role: "user", content: PROBE }], false);
	if (!text.includes(PROBE)) throw new Error("it prints neither text nor parts of a question");
	return false;
}

/** What a template writes for a medium: the difference it makes in the output. `undefined` if it writes nothing. */
function placeOf(render: Render, kind: MediaKind): string | undefined {
	const ask = (parts: readonly Part[]): string =>
		render([{ role: "user", content: [...parts, { type: "text", text: PROBE }] }], false);
	const without = attempt(() => ask([]));
	const one = attempt(() => ask([{ type: kind }]));
	if (without === undefined || one === undefined) return undefined;
	const before = without.indexOf(PROBE);
	let start = 0;
	while (start < before && one[start] === without[start]) start++;
	let end = 0;
	while (end < without.length - start && one.at(-1 - end) === without.at(-1 - end)) end++;
	const place = one.slice(start, one.length - end);
	return place === "" ? undefined : rotated(place, one, start);
}

/** Between `a` and `…`, `a<x>` can also be read as `<x>a`: the version that starts with a bracket is the medium. */
function rotated(place: string, text: string, start: number): string {
	const bracket = place.indexOf("<");
	if (bracket <= 0) return place;
	const moved = place.slice(bracket) + place.slice(0, bracket);
	return text.startsWith(moved, start + bracket) ? moved : place;
}

function placesIn(
	text: string,
	places: ReadonlyMap<MediaKind, string>,
): readonly (Range & { readonly kind: MediaKind })[] {
	const found = [...places].flatMap(([kind, place]) => {
		const ranges: (Range & { readonly kind: MediaKind })[] = [];
		for (let at = text.indexOf(place); at >= 0; at = text.indexOf(place, at + place.length)) {
			ranges.push({ kind, start: at, end: at + place.length });
		}
		return ranges;
	});
	return found.sort((a, b) => a.start - b.start);
}

/** An assistant turn whose end in the rendered text is known: with and without the white space behind it. */
interface Answer {
	readonly turn: number;
	readonly end: number;
	readonly trimmedEnd: number;
}

/** Templates that rewrite earlier turns hide where those end. */
function answersOf(
	turns: readonly Turn[],
	messages: readonly Message[],
	text: string,
	render: Render,
): readonly Answer[] {
	return turns.flatMap(({ role }, turn): Answer[] => {
		if (role !== "assistant") return [];
		const part = attempt(() => render(messages.slice(0, turn + 1), false));
		if (part === undefined) return [];
		const trimmed = part.trimEnd();
		if (!text.startsWith(trimmed)) return [];
		return [{ turn, end: text.startsWith(part) ? part.length : trimmed.length, trimmedEnd: trimmed.length }];
	});
}

/** A place to cut in the rendered text, and the number of turns before it. */
interface Cut {
	readonly at: number;
	readonly turns: number;
}

/** Where the first turn behind the system prompt starts; none if the template writes nothing to tell it by. */
function headCut(turns: readonly Turn[], text: string, header: string): readonly Cut[] {
	if (header === "") return [];
	const head = headTurns(turns);
	let from = 0;
	for (const turn of turns.slice(0, head)) {
		const own = ownText(turn);
		const start = text.indexOf(own, from);
		if (start < 0) return [];
		from = start + own.length;
	}
	const at = text.indexOf(header, from);
	return at < 0 ? [] : [{ at, turns: head }];
}

/** How the template starts a user's turn that follows an answer, up to white space before its content. */
function userHeader(render: Render, takesParts: boolean): string {
	const turn = (role: Turn["role"]): Message =>
		messageOf({ role, parts: [{ kind: "text", text: PROBE }] }, takesParts);
	const exchange = render([turn("user"), turn("assistant")], false);
	const more = render([turn("user"), turn("assistant"), turn("user")], false);
	if (!more.startsWith(exchange)) return "";
	return more.slice(exchange.length, more.indexOf(PROBE, exchange.length)).trimEnd();
}

/**
 * The parts that contribute to the loss: for each trained turn, from the end of the generation prompt to the end of
 * the turn. Templates that rewrite earlier turns have no such prompt there; for those, only the turn's own text
 * counts.
 */
function labelRanges(
	turns: readonly Turn[],
	answers: readonly Answer[],
	messages: readonly Message[],
	text: string,
	render: Render,
): readonly Range[] {
	const ends = new Map(answers.map(({ turn, trimmedEnd }) => [turn, trimmedEnd]));
	const ranges: Range[] = [];
	let from = 0;
	for (const [index, turn] of turns.entries()) {
		if (turn.role !== "assistant" || turn.isTrained === false) continue;
		const start = promptEnd(messages.slice(0, index), text, render) ?? textStart(turn, text, from);
		if (start === undefined) continue;
		const end = Math.max(start, ends.get(index) ?? start + ownText(turn).length);
		ranges.push({ start, end });
		from = end;
	}
	return ranges;
}

/** End of the generation prompt after a conversation prefix. */
function promptEnd(messages: readonly Message[], text: string, render: Render): number | undefined {
	const prompt = attempt(() => render(messages, true));
	return prompt !== undefined && text.startsWith(prompt) ? prompt.length : undefined;
}

function textStart(turn: Turn, text: string, from: number): number | undefined {
	const own = ownText(turn);
	const start = own === "" ? -1 : text.indexOf(own, from);
	return start < 0 ? undefined : start;
}

function ownText({ parts }: Turn): string {
	return parts
		.map((part) => (part.kind === "text" ? part.text : ""))
		.join("")
		.trim();
}

/** A template may reject a conversation that starts or ends differently than it expects. */
function attempt<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch {
		return undefined;
	}
}

/**
 * Splits at media and encodes each piece as a whole, so that the sum matches the whole text; labels are their share
 * of it.
 */
function spansOf(
	text: string,
	places: readonly (Range & { readonly kind: MediaKind })[],
	labels: readonly Range[],
	cuts: readonly Cut[],
	count: (text: string) => number,
): readonly TextSpan[] {
	const spans: TextSpan[] = [];
	let at = 0;
	for (const place of [...places, undefined]) {
		const end = place?.start ?? text.length;
		for (const { span, range } of pieceSpans(text, { start: at, end }, labels, count)) {
			spans.push(...withCuts(text, range, span, cuts, count));
		}
		// Between a medium and the next: no text that could be cut.
		if (at === end)
			spans.push(
				...cuts.filter((cut) => cut.at === at).map(({ turns }) => ({ kind: "cut" as const, turns })),
			);
		if (place !== undefined) {
			spans.push({ kind: place.kind });
			at = place.end;
		}
	}
	return spans;
}

interface PieceSpan {
	readonly range: Range;
	readonly span: TextSpan & { readonly kind: "text" };
}

function pieceSpans(
	text: string,
	{ start, end }: Range,
	labels: readonly Range[],
	count: (text: string) => number,
): readonly PieceSpan[] {
	if (start >= end) return [];
	const cuts = labels.flatMap((label) => [label.start, label.end]).filter((cut) => cut > start && cut < end);
	const bounds = [start, ...cuts, end];
	const total = count(text.slice(start, end));
	let rest = total;
	return bounds.slice(0, -1).map((from, index): PieceSpan => {
		const to = bounds[index + 1] ?? end;
		const isLabel = labels.some((label) => label.start <= from && to <= label.end);
		// A token that spans a cut belongs to its left side, so each piece counts what it adds to the previous one.
		const before = bounds[index - 1] ?? from;
		const isLast = index === bounds.length - 2;
		const added = isLast ? rest : count(text.slice(before, to)) - count(text.slice(before, from));
		const tokens = Math.max(0, Math.min(rest, added));
		rest -= tokens;
		return { range: { start: from, end: to }, span: { kind: "text", tokens, isLabel } };
	});
}

/** A span divided at the cuts in it; one at its end is in it, one at its start only if the text starts there. */
function withCuts(
	text: string,
	{ start, end }: Range,
	span: PieceSpan["span"],
	cuts: readonly Cut[],
	count: (text: string) => number,
): readonly TextSpan[] {
	const inside = cuts.filter(({ at }) => (at > start || at === 0) && at <= end && at >= start);
	if (inside.length === 0) return [span];
	const spans: TextSpan[] = [];
	let done = 0;
	for (const { at, turns } of inside) {
		const before = at === end ? span.tokens : Math.min(span.tokens, count(text.slice(start, at)));
		const tokens = Math.max(0, before - done);
		if (tokens > 0) spans.push({ ...span, tokens });
		spans.push({ kind: "cut", turns });
		done += tokens;
	}
	if (span.tokens > done) spans.push({ ...span, tokens: span.tokens - done });
	return spans;
}
