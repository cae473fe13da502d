/** Runs a profile in a separate process that a test can kill: `profile-process OUT SLICE_BYTES THREADS DUPLICATES SET…`. */

import { createCounter } from "@onevision/core";
import { profileData } from "../profile/run.ts";
import { SLICE_SIZES } from "../readers/reader.ts";
import { ESTIMATED_TEXT } from "../text/meter.ts";

const [out = "", json = "", threads = "", duplicates = "", ...paths] = process.argv.slice(2);
await profileData(
	{
		paths,
		out,
		counter: createCounter("llava-onevision-qwen2-7b-ov"),
		text: ESTIMATED_TEXT,
		applyOrientation: false,
		applyRotation: false,
		sliceSizes: { ...SLICE_SIZES, json: Number(json) },
		threads: Number(threads),
		...(duplicates === "exact" || duplicates === "perceptual" ? { duplicates } : {}),
	},
	({ samples }) => process.stdout.write(`${samples}\n`),
);
