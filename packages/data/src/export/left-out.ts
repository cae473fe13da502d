/** Why a sample is not in an export: what its set gave no sample for, or what the target has no form for. */

import { LEFT_OUT_REASONS } from "../left-out.ts";

/** Reasons of a target, beside those of reading. */
const TARGET_REASONS = {
	"more-placeholders": "the text has more placeholders than the sample has media",
	"no-text": "the sample has no turns to train on",
	"no-alternation": "its turns do not alternate between user and assistant, which the target needs",
	"system-turn": "the target has no place for a system turn",
	"tool-turn": "the target has no place for a tool's turn",
	"untrained-turn": "the target cannot leave one answer out of the loss",
	"media-mix": "the target takes several images or one video, not both and not several videos",
	"no-video": "the target takes no video",
	"not-linkable": "the medium lies in a shard or table and has no file to link to; give --media embed",
	"sample-gone": "the sample that the pack names is not at its place any more",
} as const satisfies Record<string, string>;

export const EXPORT_LEFT_OUT_REASONS = { ...LEFT_OUT_REASONS, ...TARGET_REASONS } as const;
export type ExportLeftOutReason = keyof typeof EXPORT_LEFT_OUT_REASONS;

export interface ExportRefusal {
	readonly reason: ExportLeftOutReason;
	/** One line. */
	readonly message: string;
}

export function refuseExport(reason: ExportLeftOutReason, message = ""): ExportRefusal {
	return { reason, message: message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ").slice(0, 500) };
}

export function isExportRefusal(value: object): value is ExportRefusal {
	return "reason" in value && "message" in value;
}
