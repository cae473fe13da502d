/** Published checkpoints: configuration files from the Hub, tokenizers, and what answers are made of. Runs in a browser. */

export type { MediaPart, Message, Part } from "./chat/message.ts";
export { MODEL_FAMILIES } from "./families/index.ts";
export type { AnswerAttention, AttendedItem, AttentionOptions } from "./generate/attention.ts";
export type { CheckReference, LogitCheck } from "./generate/check.ts";
export type {
	Answer,
	AnswerPiece,
	Conversation,
	GenerateOptions,
	PromptProgress,
	Seconds,
	Usage,
} from "./generate/generate.ts";
export type { ConversationPool } from "./generate/pool.ts";
export type { Prompt } from "./generate/prompt.ts";
export type { SamplingOptions } from "./generate/sampling.ts";
export { type HubAccess, isRepository, readHubSnapshot } from "./hub.ts";
export { type CellValues, cellsOf, type ImageCells } from "./packing/cells.ts";
export { type Prediction, predict, tokensPerSecond } from "./predict.ts";
export { readSnapshot, type Snapshot, type SnapshotSource } from "./snapshot-source.ts";
export { type CountText, createTextCounter } from "./tokenizer.ts";
export { QUANTIZATIONS, type Quantization } from "./weights/quantization.ts";
