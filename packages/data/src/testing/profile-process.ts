/** Runs a profile in a separate process that a test can kill: `profile-process.ts SET OUT PART_SAMPLES`. */

import { createCounter } from "@onevision/core";
import { profileData } from "../profile/run.ts";
import { ESTIMATED_TEXT } from "../text/meter.ts";

const [path = "", out = "", partSamples = ""] = process.argv.slice(2);
await profileData(
	{
		paths: [path],
		out,
		counter: createCounter("llava-onevision-qwen2-7b-ov"),
		text: ESTIMATED_TEXT,
		applyOrientation: false,
		applyRotation: false,
		partSamples: Number(partSamples),
	},
	({ samples }) => process.stdout.write(`${samples}\n`),
);
