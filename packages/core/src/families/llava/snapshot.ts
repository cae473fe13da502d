/**
 * Reads snapshots of LLaVA-1.5. Source: transformers 5.18 models/{llava,vipllava,fast_vlm}, their processors and
 * configurations.
 */

import { llava } from "../../snapshot/base-config.ts";
import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { type Llava, mlp, OLD_KEYS, readLlava } from "../../snapshot/llava-variants.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { CLIP_CLASS, SIGLIP_CLASS } from "../../snapshot/pixels.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, section } from "../../snapshot/section.ts";
import { timmTower } from "../../snapshot/tower-kinds.ts";
import { patchSide, tokenCount, word } from "../../snapshot/values.ts";
import { CLIP_LIKE_VIEW, CLIP_VIEW, SIGLIP_VIEW, squareView } from "../../snapshot/view.ts";
import type { ProjectorChoice } from "../checkpoint.ts";
import { isMantis, MANTIS_PROCESSOR, type MantisReading, readMantis } from "../mantis/snapshot.ts";
import { PIXTRAL_IGNORED, type PixtralReading, readPixtral } from "../pixtral/snapshot.ts";
import type { LlavaCheckpoint } from "./checkpoints.ts";
import type { LlavaConstants, LlavaSettings } from "./layout.ts";

type LlavaReading = SnapshotReading<"llava", LlavaConstants, LlavaSettings>;

/** Pixtral and Mantis share the `llava` type. Pixtral is recognized by its tower, Mantis by its processor. */
function readLlavaType(snapshot: OpenSnapshot): LlavaReading | PixtralReading | MantisReading {
	if (isMantis(snapshot)) return readMantis(snapshot);
	const tower = snapshot.config.child("vision_config")?.read("model_type", word);
	return tower === "pixtral" ? readPixtral(snapshot, 1, () => mlp(1)) : readLlava15(snapshot);
}

function readLlava15(
	snapshot: OpenSnapshot,
	projector: (llava: Llava) => ProjectorChoice = ({ tower }) => mlp(tower.featureLayers),
	featureLayer: number | readonly number[] = -2,
): LlavaReading {
	const llava = readLlava(snapshot, { additional: 0, featureLayer });
	const { image, processor } = snapshot;
	for (const part of [processor, image]) expectClass(part, "processor_class", ["LlavaProcessor"]);
	const type = expectClass(image, "image_processor_type", [
		"CLIPImageProcessor",
		"LlavaImageProcessor",
		"SiglipImageProcessor",
	]);
	const view = squareView(
		image,
		type === "SiglipImageProcessor"
			? SIGLIP_VIEW
			: type === "CLIPImageProcessor"
				? CLIP_VIEW
				: { ...CLIP_LIKE_VIEW, padsToSquare: true },
	);
	const notes = [...llava.notes];
	checkView(view, llava.tower, notes);
	return {
		family: "llava",
		pixels: { image: type === "SiglipImageProcessor" ? SIGLIP_CLASS : CLIP_CLASS },
		constants: {
			tile: view.side,
			patch: llava.patch,
			...(view.stretches === true ? { fit: "stretch" as const } : {}),
		},
		tower: llava.tower.tower,
		projector: projector(llava),
		text: llava.text,
		notes,
	};
}

/** Class default of ViP-LLaVA's `vision_feature_layers`. */
const VIP_LAYERS = [-2, -5, -8, -11, 6];

/**
 * ViP-LLaVA has no feature-selection strategy of its own. It drops the class token of every layer it uses, and applies
 * a norm to the concatenated layers before its two linear layers.
 */
function readVipLlava(snapshot: OpenSnapshot): LlavaReading {
	return readLlava15(snapshot, vipProjector, VIP_LAYERS);
}

function vipProjector({ tower, text }: Llava): ProjectorChoice {
	const joined = tower.featureLayers * tower.hidden;
	const parameters = 2 * joined + joined * text.hidden + text.hidden + text.hidden ** 2 + text.hidden;
	return { kind: "q-former", parameters };
}

/** FastVLM has no processor of its own: it uses LlavaProcessor with a convolutional tower that has no class token. */
function readFastVlm(snapshot: OpenSnapshot): LlavaReading {
	const { config, processor, image } = snapshot;
	const tower = timmTower(
		config.child("vision_config") ?? section("config.json vision_config", {}),
		"fastvit_mci3",
	);
	const text = languageModel(config, { type: "qwen2" });
	const type = expectClass(image, "image_processor_type", ["CLIPImageProcessor", "LlavaImageProcessor"]);
	const view = squareView(
		image,
		type === "CLIPImageProcessor" ? CLIP_VIEW : { ...CLIP_LIKE_VIEW, padsToSquare: true },
	);
	const patch = processor.read("patch_size", patchSide);
	const takes = processor.read("vision_feature_select_strategy", word) ?? "";
	const extra =
		(processor.read("num_additional_image_tokens", tokenCount) ?? 0) - (takes === "default" ? 1 : 0);
	if (patch !== tower.patch || extra !== 0) {
		throw contradiction(
			`processor_config.json: patch_size ${patch ?? "missing"} with ${extra} tokens more per view; this tower shrinks an image ${tower.patch}-fold and has no class token`,
		);
	}
	return {
		family: "llava",
		pixels: { image: CLIP_CLASS },
		constants: { tile: view.side, patch },
		tower: tower.tower,
		projector: mlp(1),
		text,
		notes: [...text.notes],
	};
}

export const snapshot = {
	readers: {
		llava: {
			family: "llava",
			processors: ["LlavaProcessor", "PixtralProcessor", MANTIS_PROCESSOR],
			ignored: {
				image: [...OLD_KEYS, ...PIXTRAL_IGNORED.image],
				processor: [...PIXTRAL_IGNORED.processor, "spatial_merge_size"],
			},
			source:
				"LlavaProcessor and LlavaImageProcessor, CLIPImageProcessor or SiglipImageProcessor; PixtralProcessor for a Pixtral tower",
			read: readLlavaType,
		},
		vipllava: {
			family: "llava",
			processors: ["LlavaProcessor"],
			ignored: { image: OLD_KEYS },
			source: "LlavaProcessor and CLIPImageProcessor",
			read: readVipLlava,
		},
		fast_vlm: {
			family: "llava",
			processors: ["LlavaProcessor"],
			ignored: { image: ["aspect_ratio_setting"] },
			source: "LlavaProcessor and CLIPImageProcessor",
			read: readFastVlm,
		},
	},
	configOf: (checkpoint: LlavaCheckpoint) => llava("llava", checkpoint),
} as const satisfies SnapshotSupport;
