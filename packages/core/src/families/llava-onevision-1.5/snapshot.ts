/** Reads snapshots of LLaVA-OneVision-1.5 in the format of their own code. Each reader names its source files. */

import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { checkGrid, NO_SUCH_STEP, pixelLimits, QWEN2_VL_IMAGE } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { mergeSide } from "../../snapshot/values.ts";
import type { LlavaOnevision15Constants, LlavaOnevision15Settings } from "./layout.ts";

type LlavaOnevision15Reading = SnapshotReading<
	"llava-onevision-1.5",
	LlavaOnevision15Constants,
	LlavaOnevision15Settings
>;

/**
 * configuration_llavaonevision1_5.py of huggingface.co/lmms-lab/LLaVA-OneVision-1.5-8B-Instruct; Qwen2VLImageProcessor.
 */
function readOnevision15(snapshot: OpenSnapshot): LlavaOnevision15Reading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "rice_vit" });
	const text = languageModel(config, { type: "qwen3", spelled: { LLaVAOneVision1_5_text: "qwen3" } });
	const merge = config.child("vision_config")?.read("spatial_merge_size", mergeSide) ?? 2;
	expectClass(image, "image_processor_type", ["Qwen2VLImageProcessor"]);
	checkGrid(image, QWEN2_VL_IMAGE, { patch: tower.patch, merge });
	const { min, max } = pixelLimits(image, QWEN2_VL_IMAGE);
	return {
		family: "llava-onevision-1.5",
		constants: { patch: tower.patch, merge, minPixels: min, maxPixels: max },
		tower: tower.tower,
		projector: { kind: "patch-merger", merge },
		text,
		notes: [...text.notes],
	};
}

export const snapshot = {
	readers: {
		llavaonevision1_5: {
			family: "llava-onevision-1.5",
			processors: ["Qwen2_5_VLProcessor", "Qwen2VLProcessor", "LLaVAOneVision1_5_Processor"],
			ignored: { image: [...NO_SUCH_STEP, "size"] },
			source: "huggingface.co/lmms-lab/LLaVA-OneVision-1.5-8B-Instruct configuration_llavaonevision1_5.py",
			remoteCode: true,
			read: readOnevision15,
		},
	},
} as const satisfies SnapshotSupport;
