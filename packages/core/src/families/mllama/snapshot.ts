/**
 * Reads snapshots of Llama 3.2 Vision. Source: transformers 5.18 models/{mllama,vision_config}, their processors and
 * configurations.
 */

import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, unsupported } from "../../snapshot/section.ts";
import { kindTower, mllamaLayers } from "../../snapshot/tower-kinds.ts";
import { width } from "../../snapshot/tower-shape.ts";
import { flag, tileCount } from "../../snapshot/values.ts";
import { NO_CROP, squareSize } from "../../snapshot/view.ts";
import type { MllamaCheckpoint } from "./checkpoints.ts";
import type { MllamaConstants, MllamaSettings } from "./layout.ts";

type MllamaReading = SnapshotReading<"mllama", MllamaConstants, MllamaSettings>;

function readMllama(snapshot: OpenSnapshot): MllamaReading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "mllama_vision_model", override: mllamaLayers });
	const text = languageModel(config, { type: "mllama_text_model" });
	expectClass(image, "image_processor_type", ["MllamaImageProcessor"]);
	const tile = squareSize(image, 224);
	const notes = [...text.notes];
	if (tile !== tower.imageSize) {
		throw contradiction(
			`${image.path} size ${tile}: the tower takes tiles of ${tower.imageSize} px (config.json vision_config image_size); make them equal`,
		);
	}
	if (image.read("do_pad", flag) === false) {
		throw unsupported(`${image.path} do_pad: false; transformers fails on it, tiles are always padded`);
	}
	const maxTiles = image.read("max_image_tiles", tileCount) ?? 4;
	const vision = config.child("vision_config");
	const known = vision?.read("max_num_tiles", tileCount) ?? 4;
	if (maxTiles > known) {
		throw contradiction(
			`${image.path} max_image_tiles ${maxTiles}: the tower has embeddings for ${known} (config.json vision_config max_num_tiles)`,
		);
	}
	const out = vision?.read("vision_output_dim", width) ?? 7680;
	return {
		family: "mllama",
		constants: { tile, patch: tower.patch, maxTiles },
		tower: tower.tower,
		projector: { kind: "q-former", parameters: out * text.hidden + text.hidden },
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		mllama: {
			family: "mllama",
			processors: ["MllamaProcessor"],
			ignored: { image: NO_CROP },
			source: "MllamaProcessor and MllamaImageProcessor",
			read: readMllama,
		},
	},
	configOf: ({ constants: { patch, tile } }: MllamaCheckpoint) => ({
		model_type: "mllama",
		vision_config: { patch_size: patch, image_size: tile },
	}),
} as const satisfies SnapshotSupport;
