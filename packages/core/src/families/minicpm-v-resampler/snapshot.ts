/** Reads snapshots of MiniCPM-V 2 to 4.5 in the format of their own code. Each reader names its source files. */

import { either, number } from "@onevision/base/schema";
import type { DecoderType } from "../../snapshot/decoders.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { readCuts } from "../../snapshot/minicpm.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, show, unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { flag, tokenCount, word } from "../../snapshot/values.ts";
import type { MinicpmVResamplerConstants, MinicpmVResamplerSettings } from "./layout.ts";
import { resampler } from "./resampler.ts";

type MinicpmVResamplerReading = SnapshotReading<
	"minicpm-v-resampler",
	MinicpmVResamplerConstants,
	MinicpmVResamplerSettings
>;

/** Decoders of the releases, by `version` in config.json. 2.5 has no version. */
const OLDER: Readonly<Record<string, { readonly type: DecoderType; readonly maxFrames: number }>> = {
	"2.5": { type: "llama", maxFrames: 0 },
	"2.6": { type: "qwen2", maxFrames: 64 },
	"4": { type: "llama", maxFrames: 64 },
	"4.5": { type: "qwen3", maxFrames: 0 },
};

const versionNumber = either(number("A version", { min: 0, max: 100 }), word);

/**
 * configuration_minicpm.py, modeling_minicpmv.py and image_processing_minicpmv.py of
 * huggingface.co/openbmb/MiniCPM-V-2. Older copies specify the cuts only in config.json.
 */
function readSecond({ config, opened }: OpenSnapshot): MinicpmVResamplerReading {
	const encoder = config.read("vision_encoder", word) ?? "";
	if (!encoder.startsWith("vit_so400m_patch14_siglip_384")) {
		throw unsupported(
			`config.json vision_encoder ${show(encoder)}: MiniCPM-V 2 is counted with vit_so400m_patch14_siglip_384`,
		);
	}
	const image = opened().image;
	if (image !== undefined) expectClass(image, "image_processor_type", ["MiniCPMVImageProcessor"]);
	const { constants, cuts } = readCuts(image ?? config);
	const queries = config.read("query_num", tokenCount) ?? 64;
	const written = image?.read("image_feature_size", tokenCount) ?? 64;
	if (queries !== written || constants.patch !== 14 || !cuts || config.read("slice_mode", flag) === false) {
		throw contradiction(
			`${(image ?? config).path}: image_feature_size ${written}, patch_size ${constants.patch}, config.json query_num ${queries}, patches of 14 px; they must agree, and images are counted with cuts`,
		);
	}
	const text = languageModel(config, { type: "llama", flat: true });
	const { patch, slice, maxSlices } = constants;
	const whole = config.read("drop_vision_last_layer", flag) === false;
	return {
		family: "minicpm-v-resampler",
		constants: {
			patch,
			slice,
			maxSlices,
			frameSlices: CARD_FRAME_SLICES,
			queries,
			imageId: false,
			maxFrames: 0,
		},
		tower: whole ? "siglip-so400m-patch14-384-full" : "siglip-so400m-patch14-384",
		projector: resampler(text.hidden, queries),
		text,
		notes: [...text.notes],
	};
}

/**
 * configuration_minicpm.py and image_processing_minicpmv.py of huggingface.co/openbmb/MiniCPM-V-2_6 and related
 * releases.
 */
function readOlder(snapshot: OpenSnapshot): MinicpmVResamplerReading {
	const { config } = snapshot;
	const version = String(config.read("version", versionNumber) ?? 2.5);
	if (config.has("vision_encoder") && !config.has("vision_config")) return readSecond(snapshot);
	const { image } = snapshot;
	const release = Object.hasOwn(OLDER, version) ? OLDER[version] : undefined;
	if (release === undefined) {
		throw unsupported(`config.json version ${version}: known: ${Object.keys(OLDER).sort().join(", ")}`);
	}
	const tower = kindTower(config, {
		type: "minicpmv4_6_vision",
		spelled: ["siglip", "siglip_vision_model", "idefics2"],
	});
	const text = languageModel(config, { type: release.type, flat: true });
	expectClass(image, "image_processor_type", ["MiniCPMVImageProcessor"]);
	const { constants, cuts } = readCuts(image);
	const queries = config.read("query_num", tokenCount) ?? 64;
	const written = image.read("image_feature_size", tokenCount) ?? 64;
	if (queries !== written || constants.patch !== tower.patch || !cuts) {
		throw contradiction(
			`${image.path}: image_feature_size ${written}, patch_size ${constants.patch} and slice_mode ${cuts}, config.json query_num ${queries}, patches of ${tower.patch} px; they must agree, and images are counted with cuts`,
		);
	}
	const imageId = image.read("use_image_id", flag) ?? version !== "2.5";
	return {
		family: "minicpm-v-resampler",
		constants: {
			patch: constants.patch,
			slice: constants.slice,
			maxSlices: constants.maxSlices,
			frameSlices: CARD_FRAME_SLICES,
			queries,
			imageId,
			maxFrames: release.maxFrames,
		},
		tower: tower.tower,
		projector: resampler(text.hidden, queries),
		text,
		notes: [...text.notes],
	};
}

/** `max_slice_nums` for clip frames on the model cards. */
const CARD_FRAME_SLICES = 2;

export const snapshot = {
	readers: {
		minicpmv: {
			family: "minicpm-v-resampler",
			processors: ["MiniCPMVProcessor"],
			ignored: {
				image: [
					"im_start",
					"im_end",
					"im_start_token",
					"im_end_token",
					"im_id_start",
					"im_id_end",
					"slice_start",
					"slice_end",
					"slice_start_token",
					"slice_end_token",
					"unk",
					"unk_token",
					"norm_mean",
					"norm_std",
					"version",
					"mean",
					"std",
				],
			},
			source: "huggingface.co/openbmb/MiniCPM-V-2_6 image_processing_minicpmv.py",
			remoteCode: true,
			read: readOlder,
		},
	},
} as const satisfies SnapshotSupport;
