/** Reads snapshots of Kimi-VL in the format of their own code. Each reader names its source files. */

import { integer } from "@onevision/base/schema";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { flag, mergePair, patchSide } from "../../snapshot/values.ts";
import type { KimiVlConstants, KimiVlSettings } from "./layout.ts";

type KimiVlReading = SnapshotReading<"kimi-vl", KimiVlConstants, KimiVlSettings>;

/** configuration_kimi_vl.py and image_processing_kimi_vl.py of huggingface.co/moonshotai/Kimi-VL-A3B-Instruct. */
function readKimiVl(snapshot: OpenSnapshot): KimiVlReading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "moonvit" });
	const text = languageModel(config, { type: "deepseek_v3" });
	const kernel = config.child("vision_config")?.read("merge_kernel_size", mergePair) ?? [2, 2];
	const own = image.read("merge_kernel_size", mergePair) ?? [2, 2];
	expectClass(image, "image_processor_type", ["KimiVLImageProcessor"]);
	const patch = image.read("patch_size", patchSide) ?? 14;
	const [merge = 2] = kernel;
	if (patch !== tower.patch || [...kernel, ...own].some((side) => side !== merge)) {
		throw contradiction(
			`${image.path}: patch_size ${patch} and merge_kernel_size ${own.join("x")}, config.json vision_config: ${tower.patch} and ${kernel.join("x")}; they must be equal and square`,
		);
	}
	if ((image.read("pad_input", flag) ?? false) === false) {
		throw unsupported(
			`${image.path} pad_input: false crops images to whole tokens; only padded ones are counted`,
		);
	}
	return {
		family: "kimi-vl",
		constants: {
			patch,
			merge,
			maxPatches: image.read("in_token_limit", integer("Patches", { min: 1, max: 2 ** 32 })) ?? 4096,
		},
		tower: tower.tower,
		projector: { kind: "patch-merger", merge },
		text,
		notes: [...text.notes],
	};
}

export const snapshot = {
	readers: {
		kimi_vl: {
			family: "kimi-vl",
			processors: ["KimiVLProcessor"],
			ignored: { image: ["num_pooled_tokens"] },
			source: "huggingface.co/moonshotai/Kimi-VL-A3B-Instruct image_processing_kimi_vl.py",
			remoteCode: true,
			read: readKimiVl,
		},
	},
} as const satisfies SnapshotSupport;
