/** Loads a snapshot into a model that answers. */

import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { formatInteger, OnevisionError } from "@onevision/base";
import {
	type Checkpoint,
	createCounterFrom,
	type Settings,
	type VideoSampling,
	videoSampling,
} from "@onevision/core";
import { createProcessor, type Processor } from "@onevision/media";
import { type Architecture, readArchitecture } from "../architecture/architecture.ts";
import { ConfigSection } from "../architecture/section.ts";
import type { Chat } from "../chat/chat.ts";
import type { MediaPart, Message } from "../chat/message.ts";
import { type AnswerAttention, type AttentionOptions, attendAnswer } from "../generate/attention.ts";
import { checkLogits, type LogitCheck } from "../generate/check.ts";
import { FeatureStore } from "../generate/feature-store.ts";
import { Conversation, promptOf } from "../generate/generate.ts";
import type { Parts } from "../generate/parts.ts";
import { ConversationPool } from "../generate/pool.ts";
import type { Prompt } from "../generate/prompt.ts";
import { cacheBytes } from "../generate/step.ts";
import { modelGraphs } from "../modules/graphs.ts";
import { FLOAT32 } from "../modules/scope.ts";
import { readSnapshotFolder } from "../snapshot-folder.ts";
import { type Quantization, quantizedPrecisions } from "../weights/quantization.ts";
import { readChatFolder, readJson } from "./chat-folder.ts";
import { Engine } from "./engine.ts";
import { checkWeightMemory } from "./memory.ts";
import { EMBEDDINGS, ModelWeights, NEWLINE } from "./model-weights.ts";

export interface LoadModelOptions {
	/** Name of the folder in messages. */
	readonly label?: string;
	/** Threads of one operator. Default: one for each physical core. */
	readonly threads?: number;
	/**
	 * Whether weights are copied into the kernels' own layout (default false): some percent faster, for long-lived servers;
	 * without, they stay mapped from their files.
	 */
	readonly prepack?: boolean;
	/**
	 * Rounds the weights of linear layers, once, into a file beside them; they are packed then. How much that changes,
	 * `check` says.
	 */
	readonly quantize?: Quantization;
	/** Bytes that weights may take (default: what the machine has available). */
	readonly memory?: number;
	/** Where weights in half precision are kept as float32, and quantized ones (default: `.onevision` beside them, or a cache of the user). */
	readonly cacheFolder?: string;
	/** Called with bytes done and in all while they are converted or quantized, once. */
	readonly onConvert?: (done: number, total: number) => void;
	/** Settings of the family, as for counting. They override those of the snapshot. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Takes every frame of a video, as transformers does by itself, not as many as the model card says. */
	readonly asIs?: boolean;
	/** Most new tokens of a step (default 512): less memory, and a signal is heeded earlier. */
	readonly chunk?: number;
}

const CHUNK = 512;

/** A loaded model. Conversations that answer at the same time get their tokens together. */
export interface VisionLanguageModel {
	readonly checkpoint: Checkpoint;
	readonly architecture: Architecture;
	/** Settings of the family, resolved. */
	readonly settings: Settings;
	readonly processor: Processor;
	readonly chat: Chat;
	/** Which frames of a video are taken. */
	readonly sampling: VideoSampling;
	/** Assumptions made where files are missing, one sentence each. */
	readonly notes: readonly string[];
	/** The tokens of a conversation and an answer of so many, without running anything. Throws as `generate` does. */
	prompt(messages: readonly Message[], maxTokens?: number): Prompt;
	/** Bytes of a cache of this many tokens. */
	cacheBytes(tokens: number): number;
	/**
	 * Runs a prompt, and compares the logits of its last tokens: of quantized weights with those of float32, which are loaded
	 * as well; of float32 with those of the same tokens read one by one.
	 */
	check(messages: readonly Message[], signal?: AbortSignal): Promise<LogitCheck>;
	/** A conversation with a cache of its own, which keeps what questions have in common. */
	conversation(): Conversation;
	/** What the tokens of a given answer attend to. Throws as `attendAnswer`. */
	attend(messages: readonly Message[], answer: string, options?: AttentionOptions): Promise<AnswerAttention>;
	/** Conversations for questions from anywhere, at most so many at a time. */
	pool(most: number): ConversationPool;
	close(): Promise<void>;
}

/**
 * Loads the snapshot in a folder: configuration, tokenizer, chat template, weights. Throws `unreadable-file`,
 * `unsupported`, `shape-mismatch` or `invalid-input` in one line for whatever does not fit together.
 */
export async function loadModel(
	folder: string,
	options: LoadModelOptions = {},
): Promise<VisionLanguageModel> {
	const { parts, notes, sampling, close } = await loadParts(folder, options);
	const { quantize, ...plain } = options;
	let reference: Promise<LoadedParts> | undefined;
	const { architecture, chat, processor, settings } = parts;
	return {
		checkpoint: processor.checkpoint,
		architecture,
		settings,
		processor,
		chat,
		sampling,
		notes,
		prompt: (messages, maxTokens = 1) => promptOf(parts, messages, maxTokens),
		cacheBytes: (tokens) => cacheBytes(architecture.decoder, tokens),
		check: async (messages, signal) => {
			if (quantize !== undefined) reference ??= loadParts(folder, plain);
			const other = await reference;
			return checkLogits(parts, promptOf(parts, messages, 1), other?.parts, signal);
		},
		conversation: () => new Conversation(parts),
		attend: (messages, answer, attention) => attendAnswer(parts, messages, answer, attention),
		pool: (most) => new ConversationPool(parts, most),
		close: async () => {
			await close();
			await (await reference?.catch(() => undefined))?.close();
		},
	};
}

interface LoadedParts extends Pick<VisionLanguageModel, "notes" | "sampling" | "close"> {
	readonly parts: Parts;
}

/** The parts of a model, for what goes on below conversations. Throws as `loadModel`. */
export async function loadParts(folder: string, options: LoadModelOptions = {}): Promise<LoadedParts> {
	const path = resolve(folder);
	const label = options.label ?? basename(path);
	const { checkpoint, settings: own, notes } = await readSnapshotFolder(path, label);
	const config = await readJson(join(path, "config.json"), `${label}/config.json`);
	const architecture = readArchitecture(checkpoint, config);
	const { asIs = false } = options;
	const sampling = videoSampling(checkpoint, options.settings ?? {}, { asIs });
	const card = sampling.by === "card" ? sampling.settings : {};
	const settings = { ...own, ...card, ...options.settings };
	const processor = createProcessor(checkpoint, { settings });
	const chat = await readChatFolder(path, label);
	assertTokenizer(chat, architecture, label);
	const { threads, quantize, prepack = quantize !== undefined } = options;
	const precisionOf = quantize === undefined ? FLOAT32 : quantizedPrecisions(quantize);
	const graphs = modelGraphs(architecture, precisionOf);
	checkWeightMemory(label, architecture, graphs, { quantize, prepack }, options.memory);
	const weights = await ModelWeights.open(path, label, architecture, graphs, {
		...(quantize === undefined ? {} : { quantize }),
		...(options.cacheFolder === undefined ? {} : { folder: options.cacheFolder }),
		...(options.onConvert === undefined ? {} : { onProgress: options.onConvert }),
	});
	const endIds = await readEndIds(path, label, config);
	const engine = await Engine.start(architecture, graphs, weights, {
		precisionOf,
		prepack,
		...(threads === undefined ? {} : { threads }),
	});
	const { family } = architecture;
	const parts: Parts = {
		label,
		architecture,
		chat,
		processor,
		settings: createCounterFrom(checkpoint, settings).settings.values,
		runs: engine,
		features: new FeatureStore(),
		newline: family.hasNewline ? await weights.read(NEWLINE) : undefined,
		endIds,
		chunk: options.chunk ?? CHUNK,
		embed: (ids) => weights.rows(EMBEDDINGS, ids),
		fingerprint,
	};
	return { parts, notes, sampling, close: () => engine.close() };
}

/** The tokenizer must not give ids that the model has no embedding for, nor lack its placeholders. */
function assertTokenizer(chat: Chat, { decoder, placeholders }: Architecture, label: string): void {
	const wanted = Math.max(...Object.values(placeholders)) + 1;
	if (chat.vocabulary > decoder.vocabulary || chat.vocabulary < wanted) {
		throw new OnevisionError(
			"unreadable-file",
			`${label}: tokenizer.json has ${formatInteger(chat.vocabulary)} tokens, the model ${formatInteger(decoder.vocabulary)} with placeholders up to ${wanted - 1}; it is the tokenizer of another model`,
		);
	}
}

/** Ids that end an answer, from generation_config.json, else from config.json. */
async function readEndIds(folder: string, label: string, config: unknown): Promise<ReadonlySet<number>> {
	const name = "generation_config.json";
	const generation = await readJson(join(folder, name), `${label}/${name}`);
	const own = generation === undefined ? [] : new ConfigSection(name, generation).ids("eos_token_id");
	if (own.length > 0) return new Set(own);
	const top = new ConfigSection("config.json", config);
	const given = [...top.ids("eos_token_id"), ...top.child("text_config").ids("eos_token_id")];
	return new Set(given);
}

function fingerprint(part: MediaPart): string {
	const hash = createHash("sha256");
	const frames = part.type === "image" ? [part.image] : part.clip.frames;
	for (const { width, height, data } of frames) hash.update(`${part.type} ${width}x${height} `).update(data);
	return hash.digest("base64url");
}
