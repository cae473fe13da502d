/** Every family that runs. Other families of core are only counted. */

import type { FamilyId } from "@onevision/core";
import type { ModelFamily } from "./family.ts";
import { llava } from "./llava/index.ts";
import { llavaNext } from "./llava-next/index.ts";
import { llavaNextVideo } from "./llava-next-video/index.ts";
import { llavaOnevision } from "./llava-onevision/index.ts";
import { qwenVl } from "./qwen-vl/index.ts";

export type { ModelFamily } from "./family.ts";

const FAMILIES = {
	"llava-onevision": llavaOnevision,
	llava,
	"llava-next": llavaNext,
	"llava-next-video": llavaNextVideo,
	"qwen-vl": qwenVl,
} as const satisfies { readonly [Id in FamilyId]?: ModelFamily };

export const MODEL_FAMILIES: readonly FamilyId[] = Object.keys(FAMILIES) as FamilyId[];

/** `undefined` for families that are only counted. */
export function modelFamily(id: FamilyId): ModelFamily | undefined {
	const table: { readonly [Id in FamilyId]?: ModelFamily } = FAMILIES;
	return table[id];
}
