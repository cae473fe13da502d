/** Every family by id. A checkpoint names one of these. */

import type { Family, Settings } from "./family.ts";
import { idefics2 } from "./idefics2.ts";
import { llava } from "./llava.ts";
import { llavaNext } from "./llava-next.ts";
import { llavaNextVideo } from "./llava-next-video.ts";
import { llavaOnevision } from "./llava-onevision.ts";
import { llavaOnevision15 } from "./llava-onevision-1-5.ts";
import { llavaOnevision2 } from "./llava-onevision-2.ts";
import { mantisSiglip } from "./mantis.ts";
import { nvila } from "./nvila.ts";
import { qwenVl } from "./qwen-vl.ts";
import { videoLlama } from "./video-llama.ts";
import { videoLlava } from "./video-llava.ts";
import { vila } from "./vila.ts";

export const FAMILIES = {
	llava,
	"llava-next": llavaNext,
	"llava-next-video": llavaNextVideo,
	"llava-onevision": llavaOnevision,
	"llava-onevision-1.5": llavaOnevision15,
	"llava-onevision-2": llavaOnevision2,
	"video-llava": videoLlava,
	"video-llama": videoLlama,
	vila,
	nvila,
	mantis: mantisSiglip,
	idefics2,
	"qwen-vl": qwenVl,
} as const;

export type FamilyId = keyof typeof FAMILIES;
export type ConstantsOf<F extends FamilyId> =
	(typeof FAMILIES)[F] extends Family<infer C, infer _S> ? C : never;
export type SettingsOf<F extends FamilyId> =
	(typeof FAMILIES)[F] extends Family<infer _C, infer S> ? S : never;

/** A family seen without its own types: what shared code works with. */
export type AnyFamily = Family<unknown, Settings>;

/** The family with this id, its constants and settings no longer typed apart. */
export function familyById(id: FamilyId): AnyFamily {
	const table: Readonly<Record<FamilyId, AnyFamily>> = FAMILIES;
	return table[id];
}
