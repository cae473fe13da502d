/** What every form of a comparison is printed from. */

import type { Deployment } from "@onevision/api";
import type { RequestSetup, VideoSampling } from "@onevision/core";
import type { LeftOut } from "@onevision/media/node";
import type { NamedSample } from "../input/samples.ts";

/** The answer with everything it rests on. */
export interface Comparison {
	/** In the order they are printed. */
	readonly deployments: readonly Deployment[];
	readonly samples: readonly NamedSample[];
	/** How videos are sampled, by id of the deployment; absent for closed models. */
	readonly sampling: ReadonlyMap<string, VideoSampling | undefined>;
	readonly leftOut: readonly LeftOut[];
	readonly hardwareId: string;
	readonly setup: RequestSetup;
	readonly text: { readonly promptTokens: number; readonly answerTokens: number };
	readonly maxTokens?: number;
}
