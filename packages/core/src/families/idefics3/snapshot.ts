/**
 * Reads snapshots of Idefics3. Source: transformers 5.18 models/{idefics3,vision_config}, their processors and
 * configurations.
 */

import { HALF, IMAGE_IGNORED, readImages } from "../../snapshot/idefics3.ts";
import type { OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import type { Idefics3Checkpoint } from "./checkpoints.ts";
import type { Idefics3Constants, Idefics3Settings } from "./layout.ts";

type Idefics3Reading = SnapshotReading<"idefics3", Idefics3Constants, Idefics3Settings>;

function readIdefics3(snapshot: OpenSnapshot): Idefics3Reading {
	const { constants, settings, parts, notes } = readImages(snapshot, ["Idefics3ImageProcessor"]);
	return { family: "idefics3", pixels: { image: HALF }, constants, settings, ...parts, notes };
}

export const snapshot = {
	readers: {
		idefics3: {
			family: "idefics3",
			processors: ["Idefics3Processor"],
			ignored: { image: [...IMAGE_IGNORED, "default_to_square"] },
			source: "Idefics3Processor and Idefics3ImageProcessor",
			read: readIdefics3,
		},
	},
	configOf: ({ constants }: Idefics3Checkpoint) => ({
		model_type: "idefics3",
		vision_config: { patch_size: constants.patch, image_size: constants.tile },
		scale_factor: constants.merge,
	}),
} as const satisfies SnapshotSupport;
