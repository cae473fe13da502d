/**
 * Snapshots of Idefics3 and SmolVLM. Source: transformers 5.18 models/idefics3 and models/smolvlm, {processing,
 * image_processing,video_processing,configuration}_<model>.py.
 */

import { normalizedBy } from "../checkpoints/pixels.ts";
import type { Idefics3Constants, Idefics3Settings } from "../families/idefics3/layout.ts";
import { expectVideoClass } from "./frames.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { expectResize } from "./pixel-limits.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { flag, frameCount, framesPerSecond, mergeSide, sizeObject, tokenCount } from "./values.ts";

interface Read {
	readonly constants: Idefics3Constants;
	readonly settings: Partial<Idefics3Settings>;
	readonly parts: Pick<ReadingOf<"idefics3">, "tower" | "projector" | "text">;
	readonly notes: readonly string[];
}

/** Of Idefics3ImageProcessor, SmolVLMImageProcessor and SmolVLMVideoProcessor. */
const HALF = normalizedBy("half");

/** Of the classes; `video_size` has none. */
const DEFAULT_EDGES = { size: 4 * 364, max_image_size: 364, video_size: undefined } as const;

function readImages({ config, processor, image }: OpenSnapshot, classes: readonly string[]): Read {
	const tower = squareTower(config, {
		absent: {},
		type: "idefics3_vision",
		spelled: { idefics3: "idefics3_vision", smolvlm_vision: "idefics3_vision" },
	});
	const text = languageModel(config, { type: "llama" });
	expectClass(image, "image_processor_type", classes);
	expectResize(image);
	const tile = longestEdge(image, "max_image_size");
	const merge = config.read("scale_factor", mergeSide) ?? 2;
	const tokens = processor.read("image_seq_len", tokenCount) ?? 169;
	const side = Math.floor(tile / tower.patch);
	if (tokens !== (side / merge) ** 2) {
		throw contradiction(
			`processor_config.json image_seq_len ${tokens}: tiles of ${side}x${side} patches at scale_factor ${merge} do not give as many tokens`,
		);
	}
	const splits = image.read("do_image_splitting", flag) ?? true;
	return {
		constants: { tile, longestEdge: longestEdge(image, "size"), patch: tower.patch, merge },
		settings: splits ? {} : { do_image_splitting: false },
		parts: {
			tower: tower.tower,
			// One matrix over merge x merge patches side by side, without bias.
			projector: { kind: "q-former", parameters: tower.hidden * merge ** 2 * text.hidden },
			text,
		},
		notes: [...tower.notes, ...text.notes],
	};
}

function longestEdge(section: Section, key: keyof typeof DEFAULT_EDGES): number {
	const size = sizeObject(section, key, true);
	const edge = size === undefined ? DEFAULT_EDGES[key] : size.longest_edge;
	if (edge !== undefined && size?.shortest_edge === undefined) return edge;
	throw unsupported(`${section.path} ${key}: expected longest_edge alone`);
}

function readIdefics3(snapshot: OpenSnapshot): ReadingOf<"idefics3"> {
	const { constants, settings, parts, notes } = readImages(snapshot, ["Idefics3ImageProcessor"]);
	return { family: "idefics3", pixels: { image: HALF }, constants, settings, ...parts, notes };
}

/** The class of Idefics3, whose code this is, cuts pictures alike. */
const SMOLVLM_CLASSES = ["SmolVLMImageProcessor", "Idefics3ImageProcessor"];

function readSmolvlm(snapshot: OpenSnapshot): ReadingOf<"smolvlm"> {
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
 * What `apply_chat_template` passes to the processor, and the longer side of a frame before it is squeezed into a view.
 * `video_sampling` wins over `num_frames` and `fps`, but `size` wins over its `video_size`: released files hold the
 * image's size there, and frames get it too. Every key is read, as transformers saves all of them.
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

const IMAGE_IGNORED = ["do_pad", "pad_size", "crop_size", "do_center_crop", "return_row_col_info"];

export const SMOLVLM_READERS = {
	idefics3: {
		family: "idefics3",
		processors: ["Idefics3Processor"],
		ignored: { image: [...IMAGE_IGNORED, "default_to_square"] },
		source: "Idefics3Processor and Idefics3ImageProcessor",
		read: readIdefics3,
	},
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
} as const satisfies Record<string, Reader>;
