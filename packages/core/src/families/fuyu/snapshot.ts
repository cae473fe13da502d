/** Reads snapshots of Fuyu. Source: transformers 5.18 models/fuyu, its processors and configurations. */

import { TOWERS } from "../../facts/towers.ts";
import { languageModel, type ReadLanguageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { expectResize } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { unsupported } from "../../snapshot/section.ts";
import { flag, patchSide, sizeObject, viewSide } from "../../snapshot/values.ts";
import type { FuyuConstants, FuyuSettings } from "./layout.ts";

type FuyuReading = SnapshotReading<"fuyu", FuyuConstants, FuyuSettings>;

/** Side of a patch, px. The processor writes its tokens for patches of 30 px. */
const FUYU_PATCH = 30;

function readFuyu(snapshot: OpenSnapshot): FuyuReading {
	const { config, image } = snapshot;
	const text = languageModel(config, { type: "persimmon", flat: true });
	expectClass(image, "image_processor_type", ["FuyuImageProcessor"]);
	expectResize(image);
	const size = sizeObject(image, "size", true) ?? { width: 1920, height: 1080 };
	const cell = sizeObject(image, "patch_size", true) ?? { width: FUYU_PATCH, height: FUYU_PATCH };
	const model = config.read("patch_size", patchSide) ?? FUYU_PATCH;
	if (cell.width !== model || cell.height !== model || model !== FUYU_PATCH) {
		throw unsupported(
			`${image.path} patch_size ${cell.width}x${cell.height}, config.json patch_size ${model}: only patches of ${FUYU_PATCH} px are counted`,
		);
	}
	const { width: boxWidth, height: boxHeight } = size;
	if (boxWidth === undefined || boxHeight === undefined) {
		throw unsupported(`${image.path} size: expected height and width`);
	}
	if (image.read("do_pad", flag) === false) {
		throw unsupported(`${image.path} do_pad: false; images are counted padded to whole patches`);
	}
	return {
		family: "fuyu",
		constants: {
			patch: FUYU_PATCH,
			box: {
				width: viewSide.parse(boxWidth, `${image.path} size.width`),
				height: viewSide.parse(boxHeight, `${image.path} size.height`),
			},
		},
		tower: fuyuTower(text),
		projector: { kind: "q-former", parameters: text.hidden },
		text,
		notes: [...text.notes],
	};
}

/** One matrix per patch. Its bias is counted with the projector. */
function fuyuTower(text: ReadLanguageModel): FuyuReading["tower"] {
	if (text.hidden === TOWERS["fuyu-patches"].hidden) return "fuyu-patches";
	return {
		...TOWERS["fuyu-patches"],
		hidden: text.hidden,
		heads: 1,
		parameters: 3 * FUYU_PATCH ** 2 * text.hidden,
		source: "hidden_size of config.json",
	};
}

export const snapshot = {
	readers: {
		fuyu: {
			family: "fuyu",
			processors: ["FuyuProcessor"],
			ignored: {
				image: [
					"crop_size",
					"do_center_crop",
					"pad_size",
					"default_to_square",
					"padding_mode",
					"padding_value",
				],
			},
			source: "FuyuProcessor and FuyuImageProcessor",
			read: readFuyu,
		},
	},
} as const satisfies SnapshotSupport;
