/**
 * Reads snapshots of SmolVLM2. Source: transformers 5.18 models/{smolvlm,vision_config}, their processors and
 * configurations.
 */

import { expectVideoClass } from "../../snapshot/frames.ts";
import { HALF, IMAGE_IGNORED, longestEdge, readImages } from "../../snapshot/idefics3.ts";
import type { OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { expectResize } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section } from "../../snapshot/section.ts";
import { flag, frameCount, framesPerSecond } from "../../snapshot/values.ts";
import type { SmolvlmCheckpoint } from "./checkpoints.ts";
import type { SmolvlmConstants, SmolvlmSettings } from "./layout.ts";

type SmolvlmReading = SnapshotReading<"smolvlm", SmolvlmConstants, SmolvlmSettings>;

/** Idefics3's class, on which SmolVLM's is based, cuts images the same way. */
const SMOLVLM_CLASSES = ["SmolVLMImageProcessor", "Idefics3ImageProcessor"];

function readSmolvlm(snapshot: OpenSnapshot): SmolvlmReading {
	const { constants, settings, parts, notes } = readImages(snapshot, SMOLVLM_CLASSES);
	const video = snapshot.video();
	expectVideoClass(video, "SmolVLMVideoProcessor", SMOLVLM_CLASSES);
	expectResize(video);
	const view = longestEdge(video, "max_image_size");
	if (view !== constants.tile) {
		throw contradiction(
			`${video.path} max_image_size ${view}: a frame would be another view than a tile of ${constants.tile} px, and the prompt is written for those`,
		);
	}
	const { sampling, edge } = readVideo(video);
	return {
		family: "smolvlm",
		pixels: { image: HALF, video: HALF },
		constants: { ...constants, ...(sampling ?? SAMPLED_AS_RELEASED), videoEdge: edge },
		settings: sampling === undefined ? { ...settings, num_frames: "all" } : settings,
		...parts,
		notes:
			sampling === undefined
				? [...notes, `${video.path} has no video_sampling: every frame of a clip is taken`]
				: notes,
	};
}

interface VideoSampling {
	readonly maxFrames: number;
	readonly fps: number;
}

const SAMPLED_AS_RELEASED: VideoSampling = { maxFrames: 64, fps: 1 };

/**
 * What `apply_chat_template` passes to the processor, and a frame's longer side before it is squeezed into a view.
 * `video_sampling` takes precedence over `num_frames` and `fps`, but `size` over its `video_size`: released files
 * contain the image size there, so frames get it too. Every key is read, because transformers saves all of them.
 */
function readVideo(video: Section): { readonly sampling: VideoSampling | undefined; readonly edge: number } {
	const nested = video.child("video_sampling");
	const maxFrames = video.read("num_frames", frameCount);
	const fps = video.read("fps", framesPerSecond);
	const edge = longestEdge(video, "size");
	video.read("do_sample_frames", flag);
	if (nested !== undefined) return readVideoSampling(nested, video.has("size") ? edge : undefined);
	if (maxFrames === undefined && fps === undefined) return { sampling: undefined, edge };
	if (maxFrames !== undefined && fps !== undefined) return { sampling: { maxFrames, fps }, edge };
	throw contradiction(
		`${video.path}: SmolVLM samples by fps up to a number of frames, and only one of the two is given; transformers fails on every video`,
	);
}

function readVideoSampling(nested: Section, size: number | undefined): ReturnType<typeof readVideo> {
	const maxFrames = nested.read("max_frames", frameCount);
	const fps = nested.read("fps", framesPerSecond);
	if (maxFrames === undefined || fps === undefined || !(size !== undefined || nested.has("video_size"))) {
		throw contradiction(
			`${nested.path}: max_frames, fps and video_size must all be there, the last unless size is; transformers does not load it otherwise`,
		);
	}
	return { sampling: { maxFrames, fps }, edge: size ?? longestEdge(nested, "video_size") };
}

export const snapshot = {
	readers: {
		smolvlm: {
			family: "smolvlm",
			processors: ["SmolVLMProcessor", "Idefics3Processor"],
			ignored: {
				image: [...IMAGE_IGNORED, "default_to_square", "video_sampling"],
				video: [...IMAGE_IGNORED, "default_to_square", "do_image_splitting"],
			},
			source: "SmolVLMProcessor, SmolVLMImageProcessor and SmolVLMVideoProcessor",
			read: readSmolvlm,
		},
	},
	configOf: ({ constants }: SmolvlmCheckpoint) => ({
		model_type: "smolvlm",
		vision_config: { patch_size: constants.patch, image_size: constants.tile },
		scale_factor: constants.merge,
	}),
} as const satisfies SnapshotSupport;
