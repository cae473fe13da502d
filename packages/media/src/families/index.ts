/** Every family whose pixels this package reproduces. Other families of core are only counted. */

import type { FamilyId, Parity } from "@onevision/core";
import type { PixelFamily, PixelFamilyOf } from "./family.ts";
import { gemma3 } from "./gemma3/index.ts";
import { gemma4 } from "./gemma4/index.ts";
import { idefics3 } from "./idefics3/index.ts";
import { internvl } from "./internvl/index.ts";
import { llama4 } from "./llama4/index.ts";
import { llava } from "./llava/index.ts";
import { llavaNext } from "./llava-next/index.ts";
import { llavaNextVideo } from "./llava-next-video/index.ts";
import { llavaOnevision } from "./llava-onevision/index.ts";
import { pixtral } from "./pixtral/index.ts";
import { qwenVl } from "./qwen-vl/index.ts";
import { smolvlm } from "./smolvlm/index.ts";

const FAMILIES = {
	llava,
	"llava-next": llavaNext,
	"llava-next-video": llavaNextVideo,
	"llava-onevision": llavaOnevision,
	"qwen-vl": qwenVl,
	internvl,
	idefics3,
	smolvlm,
	pixtral,
	gemma3,
	gemma4,
	llama4,
} as const satisfies { readonly [Id in FamilyId]?: PixelFamilyOf<Id> };

export type PixelFamilyId = keyof typeof FAMILIES;
/** Families whose pixels are reproduced. */
export const PIXEL_FAMILIES = Object.keys(FAMILIES) as readonly PixelFamilyId[];

/** The family's processor with untyped constants; `undefined` for families that are only counted. */
export function pixelFamily(id: FamilyId): PixelFamily<unknown> | undefined {
	const table: { readonly [Id in FamilyId]?: PixelFamily<unknown> } = FAMILIES;
	return table[id];
}

/** Whether a reference cuts the same views as transformers from the images of a family. */
export function sharesViewGeometry(id: FamilyId, parity: Parity): boolean {
	return pixelFamily(id)?.viewGeometrySharedWith?.includes(parity) ?? false;
}
