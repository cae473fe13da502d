/** What a chat request holds once it is read: texts, media with their settings, and what is wrong with it. */

import type { OnevisionError } from "@onevision/base";
import type { Provider } from "../providers/provider.ts";

export const REQUEST_APIS = [
	"openai-chat",
	"openai-responses",
	"anthropic-messages",
	"gemini-generate-content",
] as const;
export type RequestApi = (typeof REQUEST_APIS)[number];

/** Where the bytes of an item are. */
export type MediaReference =
	/** In the request itself. */
	| { readonly kind: "data"; readonly mimeType: string; readonly bytes: Uint8Array }
	/** A local path, absolute or relative, as the request writes it. */
	| { readonly kind: "file"; readonly path: string }
	/** On the web: not fetched. */
	| { readonly kind: "url"; readonly url: string }
	/** Uploaded to the provider before: not reachable. */
	| { readonly kind: "upload"; readonly id: string };

/** Settings of one item, in the spelling of the provider's rule; checked when tokens are counted. */
export type ItemSettings = Readonly<Record<string, string | number | boolean>>;

/** One image or video of a request. */
export interface RequestMedia {
	readonly kind: "image" | "video";
	/** Where it stands: `messages[0].content[1]`. */
	readonly path: string;
	readonly reference: MediaReference;
	/** The type the request says it is of, `image/png`; absent where it says none. */
	readonly declaredType?: string;
	readonly settings: ItemSettings;
}

/** Something of the request that is not counted, and why. */
export interface RequestProblem {
	readonly path: string;
	readonly error: OnevisionError;
}

/** Something the API's own provider refuses although what is meant is plain: it is counted all the same. */
export interface RequestBreach {
	readonly path: string;
	/** What, and what to write instead. */
	readonly message: string;
	/** Whose refusal was read; others that offer the same API may take it. */
	readonly provider: Provider;
	/** Others that are known to take it. */
	readonly acceptedBy: readonly Provider[];
	readonly source: string;
}

export interface ChatRequest {
	readonly api: RequestApi;
	/** As the request writes it; absent when it has none (Gemini names its model in the address). */
	readonly model?: string;
	/** Every text of the conversation, instructions included, in order. */
	readonly texts: readonly string[];
	readonly media: readonly RequestMedia[];
	/** Tokens of the answer asked for at most, where the request says. */
	readonly maxOutputTokens?: number;
	readonly problems: readonly RequestProblem[];
	readonly breaches: readonly RequestBreach[];
}
