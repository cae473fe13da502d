/** What the page asks of its worker, and what the worker answers. All of it is plain data that can be cloned. */

import type { Filter, ResizeStage } from "@onevision/media";
import type { HeaderFacts } from "../media/header.ts";
import type { CompareAnswer, CompareQuestion } from "./compare.ts";
import type { InspectQuestion } from "./inspect-page.ts";
import type { PlanAnswer, PlanQuestion } from "./plan.ts";
import type { ProfileSamples } from "./profile.ts";

/** A file's header, or why it has none. */
export type HeaderAnswer = { readonly facts: HeaderFacts } | { readonly message: string };

export interface StageQuestion {
	readonly blob: Blob;
	/** Whether the image is turned upright before it is resized. */
	readonly upright: boolean;
	readonly stages: readonly ResizeStage[];
	readonly filter: Filter;
	readonly backend: "pillow" | "torchvision";
}

export interface ClipFrame {
	readonly seconds: number;
	readonly bytes: number;
	readonly isKey: boolean;
}

/** Every method: its argument and its answer. */
export interface Methods {
	/** Reads headers: one answer a file. */
	headers: { ask: { readonly files: readonly File[] }; answer: readonly HeaderAnswer[]; progress: never };
	/** A small image of a file, as WebP. */
	thumbnail: {
		ask: { readonly blob: Blob; readonly kind: "image" | "video"; readonly side: number };
		answer: Blob;
		progress: never;
	};
	/** The pixels of resize stages, exact as the reference makes them. */
	stages: { ask: StageQuestion; answer: readonly ImageBitmap[]; progress: never };
	/** Time and size of every frame of a clip, from its packets. */
	clipIndex: { ask: { readonly blob: Blob }; answer: readonly ClipFrame[]; progress: never };
	/** Decodes frames by number; sends each as it comes. */
	clipFrames: {
		ask: {
			readonly blob: Blob;
			readonly frames: readonly number[];
			readonly width: number;
			readonly height: number;
		};
		answer: undefined;
		progress: { readonly frame: number; readonly bitmap: ImageBitmap };
	};
	compare: { ask: CompareQuestion; answer: CompareAnswer; progress: never };
	plan: { ask: PlanQuestion; answer: PlanAnswer; progress: never };
	/** The page of `onevision inspect` for an image, as PNG. */
	inspectPage: { ask: InspectQuestion; answer: Blob; progress: never };
	/** Samples of a stored profile. */
	profile: { ask: { readonly files: readonly File[] }; answer: ProfileSamples; progress: never };
	/** The files of a plan, by name. */
	planFiles: { ask: PlanQuestion; answer: Readonly<Record<string, string>>; progress: never };
}

export type Method = keyof Methods;

export interface Request<M extends Method = Method> {
	readonly id: number;
	readonly method: M;
	readonly ask: Methods[M]["ask"];
}

export type Reply =
	| { readonly id: number; readonly answer: unknown }
	| { readonly id: number; readonly progress: unknown }
	/** `code` of an `OnevisionError`; absent for a failure that nobody could cause. */
	| { readonly id: number; readonly error: string; readonly code?: string };
