/**
 * Snapshots of LLaVA's relatives that go by its classes: FastVLM (LlavaProcessor over a convolutional tower), and Mantis
 * with a LLaVA body. Sources: transformers 5.18 models/{fast_vlm,llava}; TIGER-AI-Lab/Mantis
 * mantis/models/mllava/processing_llava.py at 20ccb1c.
 */

import type { ProjectorChoice } from "../checkpoints/checkpoint.ts";
import { checkView } from "./checks.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { CLIP_CLASS } from "./pixels.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, section } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { timmTower } from "./tower-kinds.ts";
import { patchSide, tokenCount, word } from "./values.ts";
import { CLIP_KIN_VIEW, CLIP_VIEW, SIGLIP_VIEW, squareView } from "./view.ts";

const MLP: ProjectorChoice = { kind: "mlp2x-gelu" };
/** `processor_class` of Mantis checkpoints. */
export const MANTIS_PROCESSOR = "MLlavaProcessor";

export function isMantis({ processor, image }: OpenSnapshot): boolean {
	return [processor, image].some((part) => part.read("processor_class", word) === MANTIS_PROCESSOR);
}

/** Every picture is one view; the class token of a CLIP tower is dropped. */
export function readMantis(snapshot: OpenSnapshot): ReadingOf<"mantis"> {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: {}, type: "clip_vision_model", featureLayer: -2 });
	const text = languageModel(config, { type: "llama" });
	const type = expectClass(image, "image_processor_type", ["CLIPImageProcessor", "SiglipImageProcessor"]);
	const view = squareView(image, type === "SiglipImageProcessor" ? SIGLIP_VIEW : CLIP_VIEW);
	const notes = [...tower.notes, ...text.notes];
	checkView(view, tower, notes);
	const strategy = config.read("vision_feature_select_strategy", word) ?? "default";
	if ((strategy === "default") !== (tower.classTokens === 1)) {
		throw contradiction(
			`config.json vision_feature_select_strategy ${JSON.stringify(strategy.slice(0, 40))}: this tower has ${tower.classTokens} class tokens, so the model would make another number of features than there are patches`,
		);
	}
	return {
		family: "mantis",
		constants: { tile: view.side, patch: tower.patch },
		tower: tower.tower,
		projector: MLP,
		text,
		notes,
	};
}

/** FastVLM has no processor of its own: LlavaProcessor over a convolutional tower without class token. */
function readFastVlm(snapshot: OpenSnapshot): ReadingOf<"llava"> {
	const { config, processor, image } = snapshot;
	const tower = timmTower(
		config.child("vision_config") ?? section("config.json vision_config", {}),
		"fastvit_mci3",
	);
	const text = languageModel(config, { type: "qwen2" });
	const type = expectClass(image, "image_processor_type", ["CLIPImageProcessor", "LlavaImageProcessor"]);
	const view = squareView(
		image,
		type === "CLIPImageProcessor" ? CLIP_VIEW : { ...CLIP_KIN_VIEW, padsToSquare: true },
	);
	const patch = processor.read("patch_size", patchSide);
	const takes = processor.read("vision_feature_select_strategy", word) ?? "";
	const extra =
		(processor.read("num_additional_image_tokens", tokenCount) ?? 0) - (takes === "default" ? 1 : 0);
	if (patch !== tower.patch || extra !== 0) {
		throw contradiction(
			`processor_config.json: patch_size ${patch ?? "missing"} with ${extra} tokens more per view; this tower shrinks a picture ${tower.patch}-fold and has no class token`,
		);
	}
	return {
		family: "llava",
		pixels: { image: CLIP_CLASS },
		constants: { tile: view.side, patch },
		tower: tower.tower,
		projector: MLP,
		text,
		notes: [...text.notes],
	};
}

export const LLAVA_KIN_READERS = {
	fast_vlm: {
		family: "llava",
		processors: ["LlavaProcessor"],
		ignored: { image: ["aspect_ratio_setting"] },
		source: "LlavaProcessor and CLIPImageProcessor",
		read: readFastVlm,
	},
} as const satisfies Record<string, Reader>;
