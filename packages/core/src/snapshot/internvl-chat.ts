/**
 * Snapshots of InternVL in its own format, where config.json says how pictures are cut. Source: configuration_internvl_chat.py
 * and the model card of huggingface.co/OpenGVLab/InternVL2-2B and its successors.
 */

import { number } from "@onevision/base/schema";
import { normalizedBy } from "../checkpoints/pixels.ts";
import { CARD_FRAMES, TRAINED_FRAMES, tiles } from "./internvl.ts";
import { languageModel } from "./language-models.ts";
import { internvlTower } from "./native-towers.ts";
import type { OpenSnapshot } from "./open-snapshot.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, unsupported } from "./section.ts";
import { flag, viewSide } from "./values.ts";

/** Keys of InternVisionConfig that must be there: its defaults are those of a tower that no release has. */
const TOWER_KEYS = [
	"hidden_size",
	"num_hidden_layers",
	"num_attention_heads",
	"intermediate_size",
	"norm_type",
];

function readInternvlChat({ config }: OpenSnapshot): ReadingOf<"internvl"> {
	const vision = config.child("vision_config");
	const missing = TOWER_KEYS.find((key) => vision?.has(key) !== true);
	if (missing !== undefined) {
		throw unsupported(`config.json vision_config ${missing}: missing; OneVision knows no default for it`);
	}
	const tower = internvlTower(config, "original");
	const text = languageModel(config, { type: "internlm2", key: "llm_config" });
	const tile = config.read("force_image_size", viewSide) ?? tower.imageSize ?? 448;
	const ratio =
		config.read("downsample_ratio", number("Share of a side that is kept", { min: 1 / 8, max: 1 })) ?? 0.5;
	const merge = Math.round(1 / ratio);
	const side = Math.floor(tile / tower.patch);
	if (merge * ratio !== 1 || side % merge !== 0) {
		throw contradiction(
			`config.json downsample_ratio ${ratio}: tiles of ${side}x${side} patches do not shrink to whole tokens`,
		);
	}
	const cuts = config.read("dynamic_image_size", flag) ?? false;
	if (cuts && (config.read("use_thumbnail", flag) ?? false) === false) {
		throw unsupported(
			"config.json use_thumbnail: false; cut pictures are counted with the whole picture as last tile",
		);
	}
	return {
		family: "internvl",
		// `build_transform` of the model card.
		pixels: { image: normalizedBy("imagenet"), video: normalizedBy("imagenet") },
		constants: {
			tile,
			patch: tower.patch,
			merge,
			minTiles: config.read("min_dynamic_patch", tiles) ?? 1,
			maxTiles: config.read("max_dynamic_patch", tiles) ?? 6,
			trainedFrames: TRAINED_FRAMES,
			cardFrames: CARD_FRAMES,
		},
		settings: cuts ? {} : { crop_to_patches: false },
		usual: { ...(cuts ? {} : { crop_to_patches: false }), num_frames: CARD_FRAMES },
		trainedFrames: TRAINED_FRAMES,
		tower: tower.tower,
		projector: { kind: "pixel-shuffle", merge },
		text,
		notes: [
			...text.notes,
			"pictures count alike in transformers and in the repository's own code; for its choice of frames set parity original",
		],
	};
}

export const INTERNVL_CHAT_READERS = {
	internvl_chat: {
		family: "internvl",
		processors: ["CLIPProcessor"],
		// The code of the repository reads config.json alone.
		ignored: { image: ["size", "crop_size", "do_center_crop", "do_resize", "do_pad"] },
		source: "huggingface.co/OpenGVLab/InternVL2-2B configuration_internvl_chat.py",
		original: true,
		read: readInternvlChat,
	},
} as const satisfies Record<string, Reader>;
