/**
 * Video-LLaMA: 32 Q-former tokens per frame, then a second Q-former over all frames, so every clip costs 32 tokens.
 * Paper: arXiv 2306.02858. Source: DAMO-NLP-SG/Video-LLaMA video_llama/models/video_llama.py at 2143b4d,
 * conversation/conversation_video.py at e582bd0, processors/video_processor.py (`load_video`).
 */

import { boolean, integer } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, type WrapperTokens } from "../../layout.ts";
import { numFramesKnob, type SampledFrames } from "../../layouts/frames.ts";
import { square } from "../../layouts/tiles.ts";
import { estimateTextTokens, oneDecimal } from "../../layouts/timestamps.ts";
import type { MediaItem, VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export interface VideoLlamaConstants {
	/** Side of the tower's input, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Queries of the image Q-former, per frame (`num_query_token`). */
	readonly frameQueries: number;
	/** Queries of the video Q-former, per clip (`num_video_query_token`). */
	readonly clipQueries: number;
	/** Queries of the audio Q-former (`num_audio_query_token`). */
	readonly audioQueries: number;
	/** Frames sampled per clip, as the demo does. */
	readonly frames: number;
	/** Positions of the frame embedding (`max_frame_pos`). */
	readonly maxFrames: number;
}

export type VideoLlamaSettings = {
	readonly num_frames: number;
	readonly audio: boolean;
};

/** `max_frame_pos` of every released checkpoint. */
const MAX_FRAMES = 32;
/** What `upload_video` writes before the two placeholders when the clip has audio. */
const AUDIO_INTRO = "Close your eyes, open your ears and you imagine only based on the sound that: ";
const AUDIO_OUTRO = ". Close your ears, open your eyes and you see that ";
const AUDIO_END = "Now answer my question based on what you have just seen and heard.";

export const videoLlama: Family<VideoLlamaConstants, VideoLlamaSettings> = {
	title: "Video-LLaMA",
	source: "DAMO-NLP-SG/Video-LLaMA video_llama/models/video_llama.py at 2143b4d",
	parities: ["original"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		num_frames: integer("Frames used per video, spread evenly; all when the clip has fewer", {
			min: 1,
			max: MAX_FRAMES,
		}),
		audio: boolean("Whether the clip's sound is heard too (the audio-language branch)"),
	},
	defaults: ({ frames }) => ({ num_frames: frames, audio: false }),
	knobs: ({ maxFrames }) => {
		const knob = numFramesKnob();
		const values = knob.values.filter((count) => Number(count) <= maxFrames);
		return { "single-image": [], "multi-image": [], video: [{ ...knob, values }] };
	},
	counter: (constants, settings) => ({
		image: (item) => layoutQueries(item, { count: 1 }, constants, textOnly(["<Image>", "</Image> "])),
		video: (item) => {
			const sampled = sampleEvenly(item, settings.num_frames);
			const wrapper = settings.audio ? soundWrapper(constants) : textOnly(["<Video>", spoken(item, sampled)]);
			return layoutQueries(item, sampled, constants, wrapper);
		},
	}),
};

/**
 * `np.arange(0, vlen, vlen / n)`, truncated. Rounding can make the result one longer than `n`, and its last index may
 * be past the end, where the reference fails. Neither happens when `n` is a power of two.
 */
function sampleEvenly(video: VideoItem, asked: number): SampledFrames {
	if (asked >= video.frames) return { count: video.frames };
	const step = video.frames / asked;
	const length = Math.ceil(video.frames / step);
	const all = Array.from({ length }, (_, index) => Math.trunc(index * step));
	const indices = all.filter((index) => index < video.frames);
	if (indices.length === length) return { count: length, indices };
	const note = `the reference reads a frame past the end of this clip and fails: set num_frames=8, not ${asked}`;
	return { count: indices.length, indices, notes: [note] };
}

/** The closing tag and the sentence that lists the frames. Without the clip's rate, the sentence has no times. */
function spoken(video: VideoItem, { count, indices }: SampledFrames): string {
	const { fps } = video;
	if (fps === undefined) return "</Video> ";
	const times = Array.from({ length: count }, (_, index) => oneDecimal((indices?.[index] ?? index) / fps));
	return `</Video> The video contains ${count} frames sampled at ${times.join(", ")} seconds. `;
}

function textOnly(text: readonly string[]): WrapperTokens {
	return { markers: 0, text, estimatedTextTokens: estimateTextTokens(text) };
}

/** Audio counts toward the context but not toward visual tokens. The frame times are then not written. */
function soundWrapper({ audioQueries }: VideoLlamaConstants): WrapperTokens {
	const text = [AUDIO_INTRO, `${AUDIO_OUTRO}<Video>`, `</Video>. ${AUDIO_END}`];
	return { markers: audioQueries, text, estimatedTextTokens: estimateTextTokens(text) };
}

function layoutQueries(
	item: MediaItem,
	sampled: SampledFrames,
	constants: VideoLlamaConstants,
	wrapper: WrapperTokens,
): ItemLayout {
	const view = { width: constants.tile, height: constants.tile };
	const patchGrid = square(Math.floor(constants.tile / constants.patch));
	// Queries form no grid, so they are reported as one row.
	const queries = { rows: 1, cols: constants.clipQueries };
	return itemLayout({
		kind: item.kind,
		source: { width: item.width, height: item.height },
		frames: sampled.count,
		...(sampled.indices === undefined ? {} : { frameIndices: sampled.indices }),
		canvas: view,
		content: view,
		tileGrid: { rows: 1, cols: 1 },
		views: sampled.count,
		patchGrid,
		pooledGrid: { rows: 1, cols: constants.frameQueries },
		unpaddedGrid: queries,
		cappedGrid: queries,
		parts: { overview: 0, grid: constants.clipQueries, newlines: 0, markers: 0 },
		towerTokens: sampled.count * patchGrid.rows * patchGrid.cols,
		wrapper,
		...(sampled.notes === undefined ? {} : { notes: sampled.notes }),
	});
}
