/** What the snapshots of MiniCPM-V share: how an image is cut into slices. Source: transformers 5.18 models/minicpmv4_6. */

import { choice, integer } from "@onevision/base/schema";
import type { MinicpmVConstants } from "../families/minicpm-v/layout.ts";
import { expectResize } from "./pixel-limits.ts";
import type { Section } from "./section.ts";
import { flag, patchSide, viewSide } from "./values.ts";

const slices = integer("Cuts", { min: 1, max: 1000 });

const mode = choice("Patches merged into one token", ["16x", "4x"]);

export interface Cuts {
	readonly constants: Pick<MinicpmVConstants, "patch" | "slice" | "maxSlices" | "downsample">;
	readonly cuts: boolean;
}

export function readCuts(part: Section): Cuts {
	expectResize(part);
	return {
		constants: {
			patch: part.read("patch_size", patchSide) ?? 14,
			slice: part.read("scale_resolution", viewSide) ?? 448,
			maxSlices: part.read("max_slice_nums", slices) ?? 9,
			downsample: part.read("downsample_mode", mode) ?? "16x",
		},
		cuts: part.read("slice_mode", flag) ?? true,
	};
}
