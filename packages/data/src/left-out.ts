/**
 * Reasons to skip a sample: a closed union with descriptions. Every sample is either read completely or listed with a
 * reason.
 */

/** Description of each reason, for reports and docs. */
export const LEFT_OUT_REASONS = {
	"broken-row": "the row is not JSON, not UTF-8, or not an object",
	"unknown-layout": "the row has none of the layouts that the format knows, or a field of the wrong type",
	"over-limit": "a row, medium or list is larger than what is read",
	"missing-media": "a media file that the sample names is not there",
	"unreadable-media": "a medium is empty, damaged or of no format that is read",
	"remote-media": "a medium is a URL: only local files are read",
	"outside-root": "a path leaves the data root, by itself or through a link",
	"cut-short": "the file ends in the middle of the sample",
	"unreadable-file":
		"a file of the set cannot be read; its samples cannot be counted, it stands for at least one",
	"refused-by-model": "the model's processor refuses the media under these settings",
} as const satisfies Record<string, string>;

export type LeftOutReason = keyof typeof LEFT_OUT_REASONS;

/** Why a sample, row or medium cannot be used. */
export interface Refusal {
	readonly reason: LeftOutReason;
	/** One line. */
	readonly message: string;
}

export function refuse(reason: LeftOutReason, message: string): Refusal {
	// Names and values are untrusted and may contain anything; keep the message on one line.
	return { reason, message: message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ").slice(0, 500) };
}

export function isRefusal(value: object): value is Refusal {
	return "reason" in value && "message" in value;
}
