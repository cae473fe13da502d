/** Reads snapshots of HunyuanVL. Source: transformers 5.18 models/hunyuan_vl, its processors and configurations. */

import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { checkGrid, NO_SUCH_STEP, type PixelDefaults, pixelLimits } from "../../snapshot/pixel-limits.ts";
import { withFourSections } from "../../snapshot/positions.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { flag, mergeSide } from "../../snapshot/values.ts";
import type { HunyuanVlConstants, HunyuanVlSettings } from "./layout.ts";
import { HUNYUAN as HUNYUAN_POSITIONS } from "./positions.ts";

type HunyuanVlReading = SnapshotReading<"hunyuan-vl", HunyuanVlConstants, HunyuanVlSettings>;

const HUNYUAN: PixelDefaults = {
	patch: 16,
	temporalPatch: 1,
	min: 512 ** 2,
	max: 2048 ** 2,
	readsPixels: true,
};

function readHunyuan(snapshot: OpenSnapshot): HunyuanVlReading {
	const { config, processor, image } = snapshot;
	const tower = kindTower(config, { type: "hunyuan_vl_vision" });
	const text = languageModel(config, { type: "hunyuan_vl_text" });
	const merge = config.child("vision_config")?.read("spatial_merge_size", mergeSide) ?? 2;
	expectClass(image, "image_processor_type", ["HunYuanVLImageProcessor"]);
	checkGrid(image, HUNYUAN, { patch: tower.patch, merge });
	const limits = pixelLimits(image, HUNYUAN);
	if ((image.read("spatial_patch_size", mergeSide) ?? 1) !== 1) {
		throw unsupported(`${image.path} spatial_patch_size: only 1 is counted`);
	}
	if (processor.read("cat_extra_token", flag) === false) {
		throw unsupported(
			"processor_config.json cat_extra_token: false; a begin and an end embedding are counted with every image",
		);
	}
	const { hidden } = tower;
	return {
		family: "hunyuan-vl",
		positions: withFourSections(HUNYUAN_POSITIONS, config),
		constants: { patch: tower.patch, merge, minPixels: limits.min, maxPixels: limits.max },
		tower: tower.tower,
		// Two convolutions, a layer, newline, begin, end and separator embeddings, and two norms.
		projector: {
			kind: "q-former",
			parameters:
				2 * hidden ** 2 * merge ** 2 +
				2 * hidden +
				8 * hidden ** 2 +
				4 * hidden +
				4 * hidden * text.hidden +
				text.hidden +
				4 * hidden +
				3 * text.hidden +
				hidden +
				text.hidden,
		},
		text,
		notes: [...text.notes],
	};
}

export const snapshot = {
	readers: {
		hunyuan_vl: {
			family: "hunyuan-vl",
			processors: ["HunYuanVLProcessor"],
			ignored: { image: NO_SUCH_STEP },
			source: "HunYuanVLProcessor and HunYuanVLImageProcessor",
			read: readHunyuan,
		},
	},
} as const satisfies SnapshotSupport;
