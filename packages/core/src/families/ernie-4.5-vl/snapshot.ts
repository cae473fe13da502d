/**
 * Reads snapshots of ERNIE-4.5-VL. Source: transformers 5.18 models/ernie4_5_vl_moe, its processors and configurations.
 */

import { expectVideoClass, readSampling } from "../../snapshot/frames.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import {
	checkGrid,
	NO_SUCH_STEP,
	type PixelDefaults,
	pixelLimits,
	temporalFrames,
	videoNotes,
} from "../../snapshot/pixel-limits.ts";
import { withSections } from "../../snapshot/positions.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { frameCount, mergeSide } from "../../snapshot/values.ts";
import type { Ernie45VlConstants, Ernie45VlSettings } from "./layout.ts";
import { ERNIE } from "./positions.ts";

type Ernie45VlReading = SnapshotReading<"ernie-4.5-vl", Ernie45VlConstants, Ernie45VlSettings>;

const ERNIE_IMAGE: PixelDefaults = {
	patch: 14,
	temporalPatch: 1,
	min: 56 ** 2,
	max: 6177 * 28 ** 2,
	readsPixels: false,
};

const ERNIE_VIDEO: PixelDefaults = { patch: 14, min: 299 * 28 ** 2, max: 1196 * 28 ** 2, readsPixels: false };

function readErnie(snapshot: OpenSnapshot): Ernie45VlReading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "ernie4_5_vl_moe_vision" });
	const text = languageModel(config, { type: "ernie4_5_vl_moe_text" });
	const vision = config.child("vision_config");
	const merge = vision?.read("spatial_merge_size", mergeSide) ?? 2;
	const temporalMerge = vision?.read("temporal_merge_size", temporalFrames) ?? 2;
	const grid = { patch: tower.patch, merge };
	expectClass(image, "image_processor_type", ["Ernie4_5_VLMoeImageProcessor"]);
	checkGrid(image, ERNIE_IMAGE, { ...grid, temporalPatch: 1 });
	const limits = pixelLimits(image, ERNIE_IMAGE);
	const video = snapshot.video();
	expectVideoClass(video, "Ernie4_5_VLMoeVideoProcessor", ["Ernie4_5_VLMoeImageProcessor"]);
	checkGrid(video, ERNIE_VIDEO, {
		...grid,
		temporalPatch: temporalMerge,
		keys: { temporalPatch: "temporal_merge_size" },
	});
	if (temporalMerge !== 2) {
		throw unsupported(`${video.path} temporal_patch_size: ${temporalMerge}; transformers accepts 2 only`);
	}
	const videoLimits = pixelLimits(video, ERNIE_VIDEO);
	const { samples, frames, fps } = readSampling(video, { samples: true });
	const settings: Partial<Ernie45VlSettings> = samples
		? { ...(fps === undefined ? {} : { fps }), ...(frames === undefined ? {} : { num_frames: frames }) }
		: { num_frames: "all" };
	const joined = tower.hidden * merge ** 2;
	return {
		family: "ernie-4.5-vl",
		// The file lists the sections as height, width, time.
		positions: withSections(ERNIE, config, [2, 0, 1]),
		constants: {
			...grid,
			temporalMerge,
			minPixels: limits.min,
			maxPixels: limits.max,
			videoMinPixels: videoLimits.min,
			videoMaxPixels: videoLimits.max,
			minFrames: video.read("min_frames", frameCount) ?? 16,
			maxFrames: video.read("max_frames", frameCount) ?? 180,
		},
		settings,
		tower: tower.tower,
		// Two layers and a norm over space, the same over time, then one layer to the language model and a norm.
		projector: {
			kind: "q-former",
			parameters:
				2 * (joined ** 2 + joined) +
				2 * joined +
				(temporalMerge * joined ** 2 + joined + joined ** 2 + joined + 2 * joined) +
				joined * text.hidden +
				2 * text.hidden,
		},
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

export const snapshot = {
	readers: {
		ernie4_5_vl_moe: {
			family: "ernie-4.5-vl",
			processors: ["Ernie4_5_VLMoeProcessor"],
			// Times are drawn into the frames, which does not change the count.
			ignored: { image: NO_SUCH_STEP, video: [...NO_SUCH_STEP, "draw_on_frames", "font"] },
			source: "Ernie4_5_VLMoeImageProcessor and Ernie4_5_VLMoeVideoProcessor",
			read: readErnie,
		},
	},
} as const satisfies SnapshotSupport;
