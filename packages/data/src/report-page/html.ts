/** HTML from templates that escape what they are given: names in data sets are untrusted. */

/** Markup that is inserted as it is. */
export class Html {
	readonly markup: string;

	constructor(markup: string) {
		this.markup = markup;
	}
}

export type Content = string | number | Html | readonly Content[] | undefined;

/** Escapes every value but `Html`; lists are joined, `undefined` is nothing. */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Html {
	const pieces = literals.map((literal, index) => literal + markupOf(values[index]));
	return new Html(pieces.join(""));
}

function markupOf(content: Content): string {
	if (content === undefined) return "";
	if (content instanceof Html) return content.markup;
	if (typeof content === "string" || typeof content === "number") return escaped(String(content));
	return content.map(markupOf).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

/** Controls, among them those that reverse the direction of the text behind them, are shown as one sign. */
function escaped(text: string): string {
	return text
		.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd")
		.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
