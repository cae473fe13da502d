/** A comparison with everything it is based on: the source of its table, CSV and JSON. */

import type { RequestSetup, Sample, VideoSampling } from "@onevision/core";
import type { Deployment } from "./deployment.ts";

/** A sample with the names of its media, for tables. */
export interface NamedSample {
	readonly name: string;
	/** Names of the media items. */
	readonly items: readonly string[];
	readonly sample: Sample;
}

/** A file that was given and not read, with its reason. */
export interface LeftOutFile {
	readonly path: string;
	readonly reason: string;
	readonly message: string;
}

export interface Comparison {
	/** In display order. */
	readonly deployments: readonly Deployment[];
	/** In the order of every deployment's outcomes. */
	readonly samples: readonly NamedSample[];
	/** How videos are sampled, by deployment id; absent for closed models. */
	readonly sampling: ReadonlyMap<string, VideoSampling | undefined>;
	/** Files that were given but not compared. */
	readonly leftOut: readonly LeftOutFile[];
	readonly hardwareId: string;
	readonly setup: RequestSetup;
	readonly text: { readonly promptTokens: number; readonly answerTokens: number };
	/** Limit on the visual tokens of a request, if one was set. */
	readonly maxTokens?: number;
}

/** "max_pixels=1003520 num_frames=16". */
export function settingsText(settings: Readonly<Record<string, unknown>>): string {
	return Object.entries(settings)
		.map(([key, value]) => `${key}=${value}`)
		.join(" ");
}
