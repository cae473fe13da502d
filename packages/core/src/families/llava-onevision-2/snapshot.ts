/** Reads snapshots of LLaVA-OneVision-2 in the format of their own code. Each reader names its source files. */

import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { checkGrid, NO_SUCH_STEP, pixelLimits, QWEN2_VL_IMAGE } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { frameCount, mergeSide } from "../../snapshot/values.ts";
import type { LlavaOnevision2Constants, LlavaOnevision2Settings } from "./layout.ts";

type LlavaOnevision2Reading = SnapshotReading<
	"llava-onevision-2",
	LlavaOnevision2Constants,
	LlavaOnevision2Settings
>;

/** `CodecConfig` of the released checkpoint, as its users pass it. No file specifies it. */
const CODEC = {
	targetCanvas: 32,
	groupSize: 32,
	imagesPerGroup: 4,
	minGroupFrames: 8,
	maxGroupFrames: 64,
} as const;

const ONEVISION_2_FRAMES = 384;

/** configuration_llava_onevision2.py of LLaVA-OneVision-2's checkpoints; Qwen2VLImageProcessor. */
function readOnevision2(snapshot: OpenSnapshot): LlavaOnevision2Reading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "onevision_encoder", spelled: ["llava_onevision2"] });
	const text = languageModel(config, { type: "qwen3" });
	const merge = config.child("vision_config")?.read("spatial_merge_size", mergeSide) ?? 2;
	expectClass(image, "image_processor_type", ["Qwen2VLImageProcessor"]);
	checkGrid(image, QWEN2_VL_IMAGE, { patch: tower.patch, merge });
	const { min, max } = pixelLimits(image, QWEN2_VL_IMAGE);
	return {
		family: "llava-onevision-2",
		constants: {
			patch: tower.patch,
			merge,
			minPixels: min,
			maxPixels: max,
			maxFrames: image.read("max_frames", frameCount) ?? ONEVISION_2_FRAMES,
			codec: CODEC,
		},
		tower: tower.tower,
		projector: { kind: "patch-merger", merge },
		text,
		notes: [
			...text.notes,
			`frames are chosen as the released processor does, up to ${ONEVISION_2_FRAMES}: the video processor's file is not read`,
		],
	};
}

export const snapshot = {
	readers: {
		llava_onevision2: {
			family: "llava-onevision-2",
			processors: ["LlavaOnevision2Processor", "Qwen2_5_VLProcessor"],
			ignored: { image: NO_SUCH_STEP },
			source:
				"huggingface.co/lmms-lab-encoder/LLaVA-OneVision-2-8B-Instruct configuration_llava_onevision2.py",
			remoteCode: true,
			read: readOnevision2,
		},
	},
} as const satisfies SnapshotSupport;
