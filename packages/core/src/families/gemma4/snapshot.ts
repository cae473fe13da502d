/**
 * Reads snapshots of Gemma 4. Source: transformers 5.18 models/{gemma4,vision_config}, their processors and
 * configurations.
 */

import { integer } from "@onevision/base/schema";
import { normalizedBy } from "../../facts/normalizations.ts";
import { expectVideoClass, readSampling } from "../../snapshot/frames.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { expectResize, NO_SUCH_STEP, videoNotes } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { mergeSide, patchSide } from "../../snapshot/values.ts";
import type { Gemma4Checkpoint } from "./checkpoints.ts";
import type { Gemma4Constants, Gemma4Settings } from "./layout.ts";

type Gemma4Reading = SnapshotReading<"gemma4", Gemma4Constants, Gemma4Settings>;

const GEMMA_4_BUDGETS = [70, 140, 280, 560, 1120];

const budget = integer("Tokens", { min: 1, max: 2 ** 20 });

function readGemma4(snapshot: OpenSnapshot): Gemma4Reading {
	const { config, image } = snapshot;
	const vision = config.child("vision_config");
	if (vision === undefined) {
		throw unsupported("config.json vision_config: missing; this Gemma 4 takes text only");
	}
	const tower = kindTower(config, { type: "gemma4_vision" });
	const text = languageModel(config, { type: "gemma4_text" });
	const merge = vision.read("pooling_kernel_size", mergeSide) ?? 3;
	expectClass(image, "image_processor_type", ["Gemma4ImageProcessor"]);
	const imageTokens = gemma4Budget(image, tower.patch, merge, 280);
	const video = snapshot.video();
	expectVideoClass(video, "Gemma4VideoProcessor", ["Gemma4ImageProcessor"]);
	const frameTokens = gemma4Budget(video, tower.patch, merge, 70);
	const { samples, frames } = readSampling(video, { samples: true, frames: 32 });
	return {
		family: "gemma4",
		// Both have mean 0 and deviation 1, but only frames are normalized with them.
		pixels: { image: { ...normalizedBy("none"), doNormalize: false }, video: normalizedBy("none") },
		constants: { patch: tower.patch, merge, imageTokens, frameTokens, frames: frames ?? 32 },
		settings: samples ? {} : { num_frames: "all" },
		trainedFrames: 32,
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

/** `max_soft_tokens` of a processor. Checks that its patch size and pooling match the tower's. */
function gemma4Budget(part: Section, patch: number, merge: number, fallback: number): number {
	const own = part.read("patch_size", patchSide) ?? 16;
	const pooling = part.read("pooling_kernel_size", mergeSide) ?? 3;
	if (own !== patch || pooling !== merge) {
		throw contradiction(
			`${part.path}: patch_size ${own} and pooling_kernel_size ${pooling}, config.json vision_config: ${patch} and ${merge}; the prompt and the model would disagree, make them equal`,
		);
	}
	expectResize(part);
	const tokens = part.read("max_soft_tokens", budget) ?? fallback;
	if (GEMMA_4_BUDGETS.includes(tokens)) return tokens;
	throw contradiction(
		`${part.path} max_soft_tokens: ${tokens}; transformers accepts ${GEMMA_4_BUDGETS.join(", ")}`,
	);
}

export const snapshot = {
	readers: {
		gemma4: {
			family: "gemma4",
			processors: ["Gemma4Processor"],
			ignored: {
				image: [...NO_SUCH_STEP, "size"],
				video: [...NO_SUCH_STEP, "size"],
				processor: ["image_seq_length", "audio_seq_length", "audio_ms_per_token"],
			},
			source: "Gemma4ImageProcessor and Gemma4VideoProcessor",
			read: readGemma4,
		},
	},
	configOf: ({ constants }: Gemma4Checkpoint) => ({
		model_type: "gemma4",
		vision_config: { patch_size: constants.patch, pooling_kernel_size: constants.merge },
	}),
} as const satisfies SnapshotSupport;
