/**
 * Reads snapshots of LLaVA-1.6 (LLaVA-NeXT). Source: transformers 5.18 models/llava_next, its processors and
 * configurations.
 */

import { llava, pinpoints } from "../../snapshot/base-config.ts";
import { mlp, OLD_KEYS, readLlava, readNext } from "../../snapshot/llava-variants.ts";
import type { OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { CLIP_CLASS } from "../../snapshot/pixels.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import type { LlavaNextCheckpoint } from "./checkpoints.ts";
import type { LlavaNextConstants, LlavaNextSettings } from "./layout.ts";

type LlavaNextReading = SnapshotReading<"llava-next", LlavaNextConstants, LlavaNextSettings>;

function readLlavaNext(snapshot: OpenSnapshot): LlavaNextReading {
	const llava = readLlava(snapshot, { additional: 0 });
	const { tile, canvases, notes } = readNext(snapshot, llava);
	return {
		family: "llava-next",
		pixels: { image: CLIP_CLASS },
		constants: { tile, patch: llava.patch, canvases },
		tower: llava.tower.tower,
		projector: mlp(llava.tower.featureLayers),
		text: llava.text,
		notes,
	};
}

export const snapshot = {
	readers: {
		llava_next: {
			family: "llava-next",
			processors: ["LlavaNextProcessor"],
			ignored: { image: OLD_KEYS },
			source: "LlavaNextProcessor and LlavaNextImageProcessor",
			read: readLlavaNext,
		},
	},
	configOf: (checkpoint: LlavaNextCheckpoint) =>
		llava("llava_next", checkpoint, pinpoints(checkpoint.constants.canvases)),
} as const satisfies SnapshotSupport;
