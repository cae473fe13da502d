/**
 * Reads snapshots of InstructBLIP-Video. Source: transformers 5.18 models/instructblipvideo, its processors and
 * configurations.
 */

import { expectVideoClass } from "../../snapshot/frames.ts";
import type { OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { readBlip } from "../../snapshot/q-former.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { unsupported } from "../../snapshot/section.ts";
import { flag } from "../../snapshot/values.ts";
import { NO_CROP } from "../../snapshot/view.ts";
import type { InstructblipVideoConstants, InstructblipVideoSettings } from "./layout.ts";

type InstructblipVideoReading = SnapshotReading<
	"instructblip-video",
	InstructblipVideoConstants,
	InstructblipVideoSettings
>;

/** Number of frames InstructBlipVideoProcessor writes a prompt for. */
const BLIP_VIDEO_FRAMES = 4;

function readBlipVideo(snapshot: OpenSnapshot): InstructblipVideoReading {
	const video = snapshot.video();
	expectVideoClass(video, "InstructBlipVideoVideoProcessor", [
		"BlipImageProcessor",
		"InstructBlipVideoImageProcessor",
	]);
	if (video.read("do_sample_frames", flag) === true) {
		throw unsupported(
			`${video.path} do_sample_frames: the prompt is written for ${BLIP_VIDEO_FRAMES} frames whatever is taken; remove it`,
		);
	}
	const { constants, parts, notes } = readBlip(snapshot, video, true);
	return {
		family: "instructblip-video",
		constants: { ...constants, frames: BLIP_VIDEO_FRAMES },
		trainedFrames: BLIP_VIDEO_FRAMES,
		...parts,
		notes,
	};
}

export const snapshot = {
	readers: {
		instructblipvideo: {
			family: "instructblip-video",
			processors: ["InstructBlipVideoProcessor"],
			ignored: {
				image: [...NO_CROP, "size", "do_resize", "default_to_square"],
				video: [...NO_CROP, "num_frames", "fps"],
				processor: ["qformer_tokenizer"],
			},
			source: "InstructBlipVideoProcessor and InstructBlipVideoVideoProcessor",
			read: readBlipVideo,
		},
	},
} as const satisfies SnapshotSupport;
