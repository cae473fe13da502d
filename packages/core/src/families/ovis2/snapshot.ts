/** Reads snapshots of Ovis2. Source: transformers 5.18 models/ovis2, its processors and configurations. */

import { integer } from "@onevision/base/schema";
import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { flag, mergeSide, tileCount, tokenCount } from "../../snapshot/values.ts";
import { squareView } from "../../snapshot/view.ts";
import type { Ovis2Constants, Ovis2Settings } from "./layout.ts";

type Ovis2Reading = SnapshotReading<"ovis2", Ovis2Constants, Ovis2Settings>;

const rows = integer("Words", { min: 1, max: 2 ** 24 });

function readOvis2(snapshot: OpenSnapshot): Ovis2Reading {
	const { config, processor, image } = snapshot;
	const tower = kindTower(config, { type: "ovis2", spelled: ["", "aimv2"] });
	const text = languageModel(config, { type: "qwen2" });
	expectClass(image, "image_processor_type", ["Ovis2ImageProcessor"]);
	const notes = [...text.notes];
	const view = squareView(
		image,
		{ size: { height: 384, width: 384 }, crops: false },
		{ numberIsSquare: true },
	);
	checkView(view, tower, notes);
	const vision = config.child("vision_config");
	const merge = vision?.read("hidden_stride", mergeSide) ?? 1;
	const tokens = processor.read("image_seq_length", tokenCount) ?? 256;
	const side = Math.floor(view.side / tower.patch);
	if (side % merge !== 0 || tokens !== (side / merge) ** 2) {
		throw contradiction(
			`processor_config.json image_seq_length ${tokens}: tiles of ${side}x${side} patches at hidden_stride ${merge} do not give as many tokens`,
		);
	}
	const words = vision?.read("vocab_size", rows) ?? 16_384;
	const outputs = words - (vision?.read("num_visual_indicator_tokens", tileCount) ?? 5);
	const covers = image.read("use_covering_area_grid", flag) ?? true;
	const settings: Partial<Ovis2Settings> = {
		...((image.read("crop_to_patches", flag) ?? false) ? {} : { crop_to_patches: false }),
		...(covers ? {} : { use_covering_area_grid: false }),
	};
	return {
		family: "ovis2",
		constants: {
			tile: view.side,
			patch: tower.patch,
			merge,
			minTiles: image.read("min_patches", tileCount) ?? 1,
			maxTiles: image.read("max_patches", tileCount) ?? 12,
		},
		settings,
		tower: tower.tower,
		// A head over the visual words with a norm, plus their embedding table.
		projector: {
			kind: "q-former",
			parameters: tower.hidden * merge ** 2 * outputs + 2 * outputs + words * text.hidden,
		},
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		ovis2: {
			family: "ovis2",
			processors: ["Ovis2Processor"],
			ignored: {},
			source: "Ovis2Processor and Ovis2ImageProcessor",
			read: readOvis2,
		},
	},
} as const satisfies SnapshotSupport;
