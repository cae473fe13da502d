/** A loaded model as generation needs it. */

import type { Settings } from "@onevision/core";
import type { Processor } from "@onevision/media";
import type { Architecture } from "../architecture/architecture.ts";
import type { Chat } from "../chat/chat.ts";
import type { MediaPart } from "../chat/message.ts";
import type { View } from "../modules/vision.ts";
import type { FeatureStore } from "./feature-store.ts";
import type { StepRequest } from "./step.ts";

/** What runs the graphs. */
interface Runs {
	/** Embeddings of one view, [tokens, hidden]. */
	see(view: View): Promise<Float32Array>;
	/** A cache for so many tokens. Throws `over-limit` when they do not fit into memory. */
	allocate(capacity: number): Promise<TokenCache>;
	/** Logits of the rows asked for; the cache holds the new tokens afterwards. */
	step(request: StepRequest, cache: TokenCache): Promise<Float32Array>;
	/** What one new token attends to: for each layer [heads, tokens], up to itself; the cache then holds it. */
	attend(request: StepRequest, cache: TokenCache): Promise<readonly Float32Array[]>;
	/** Says that an answer's tokens are made one by one from now on, to be run with those of others; returns its end. */
	joinDecoding(): () => void;
}

/** Keys and values of the tokens seen so far, wherever they are held. */
export interface TokenCache {
	/** Tokens it holds, and the most it can. */
	readonly length: number;
	readonly capacity: number;
	/** Keeps the first tokens. */
	truncate(length: number): void;
	close(): Promise<void>;
}

export interface Parts {
	/** Name of the model in messages. */
	readonly label: string;
	readonly architecture: Architecture;
	readonly chat: Chat;
	readonly processor: Processor;
	/** Of the family, resolved. */
	readonly settings: Settings;
	readonly runs: Runs;
	readonly features: FeatureStore;
	readonly newline: Float32Array | undefined;
	/** Ids that end an answer. */
	readonly endIds: ReadonlySet<number>;
	/** Most new tokens of a step: bounds the scores of a layer, and the time until a signal is heeded. */
	readonly chunk: number;
	/** Rows of the embedding table, one after the other. */
	embed(ids: readonly number[]): Promise<Float32Array>;
	/** Equal for equal pixels. */
	fingerprint(part: MediaPart): string;
}
