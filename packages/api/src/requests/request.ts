/** A chat request after reading: texts, media with their settings, and what is wrong with it. */

import type { OnevisionError } from "@onevision/base";
import type { Provider } from "../providers/provider.ts";

export const REQUEST_APIS = [
	"openai-chat",
	"openai-responses",
	"anthropic-messages",
	"gemini-generate-content",
] as const;
export type RequestApi = (typeof REQUEST_APIS)[number];

/** Location of an item's bytes. */
export type MediaReference =
	/** In the request itself. */
	| { readonly kind: "data"; readonly mimeType: string; readonly bytes: Uint8Array }
	/** A local path, absolute or relative, as the request writes it. */
	| { readonly kind: "file"; readonly path: string }
	/** On the web; not fetched. */
	| { readonly kind: "url"; readonly url: string }
	/** Uploaded to the provider earlier; not reachable. */
	| { readonly kind: "upload"; readonly id: string };

/** Settings of one item, spelled as in the provider's rule; validated when tokens are counted. */
export type ItemSettings = Readonly<Record<string, string | number | boolean>>;

/** An image or video of a request. */
export interface RequestMedia {
	readonly kind: "image" | "video";
	/** Location: `messages[0].content[1]`. */
	readonly path: string;
	readonly reference: MediaReference;
	/** Type declared by the request, such as `image/png`; absent if there is none. */
	readonly declaredType?: string;
	readonly settings: ItemSettings;
}

/** Part of a request that is not counted, and why. */
export interface RequestProblem {
	readonly path: string;
	readonly error: OnevisionError;
}

/** Something that the API's own provider rejects although its meaning is clear. It is still counted. */
export interface RequestBreach {
	readonly path: string;
	/** The problem, and what to write instead. */
	readonly message: string;
	/** The provider whose rejection is documented; others that offer the same API may accept it. */
	readonly provider: Provider;
	/** Other providers known to accept it. */
	readonly acceptedBy: readonly Provider[];
	readonly source: string;
}

export interface ChatRequest {
	readonly api: RequestApi;
	/** As written in the request; absent if there is none (Gemini names its model in the URL). */
	readonly model?: string;
	/** Every text of the conversation, instructions included, in order. */
	readonly texts: readonly string[];
	readonly media: readonly RequestMedia[];
	/** Maximum tokens of the answer, if the request sets it. */
	readonly maxOutputTokens?: number;
	readonly problems: readonly RequestProblem[];
	readonly breaches: readonly RequestBreach[];
}
