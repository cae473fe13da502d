/**
 * What the snapshots of Idefics3 and SmolVLM share: image handling. Source: transformers 5.18
 * models/{idefics3,smolvlm}, {processing,image_processing,configuration}_<model>.py.
 */

import { normalizedBy } from "../facts/normalizations.ts";
import type { Idefics3Constants, Idefics3Settings } from "../families/idefics3/layout.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { expectResize } from "./pixel-limits.ts";
import type { SnapshotReading } from "./reader.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { flag, mergeSide, sizeObject, tokenCount } from "./values.ts";

type Idefics3Reading = SnapshotReading<"idefics3", Idefics3Constants, Idefics3Settings>;

interface Read {
	readonly constants: Idefics3Constants;
	readonly settings: Partial<Idefics3Settings>;
	readonly parts: Pick<Idefics3Reading, "tower" | "projector" | "text">;
	readonly notes: readonly string[];
}

/** Shared by Idefics3ImageProcessor, SmolVLMImageProcessor and SmolVLMVideoProcessor. */
export const HALF = normalizedBy("half");

/** Class defaults; `video_size` has none. */
const DEFAULT_EDGES = { size: 4 * 364, max_image_size: 364, video_size: undefined } as const;

export function readImages({ config, processor, image }: OpenSnapshot, classes: readonly string[]): Read {
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
			// One matrix over merge x merge concatenated patches, without bias.
			projector: { kind: "q-former", parameters: tower.hidden * merge ** 2 * text.hidden },
			text,
		},
		notes: [...tower.notes, ...text.notes],
	};
}

export function longestEdge(section: Section, key: keyof typeof DEFAULT_EDGES): number {
	const size = sizeObject(section, key, true);
	const edge = size === undefined ? DEFAULT_EDGES[key] : size.longest_edge;
	if (edge !== undefined && size?.shortest_edge === undefined) return edge;
	throw unsupported(`${section.path} ${key}: expected longest_edge alone`);
}

export const IMAGE_IGNORED = ["do_pad", "pad_size", "crop_size", "do_center_crop", "return_row_col_info"];
