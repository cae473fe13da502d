/** Profiles `FOLDER/set.jsonl` into `FOLDER/profile` and prints what it took as JSON: `profile-process.ts FOLDER`. */

import { join } from "node:path";
import { createCounter } from "@onevision/core";
import { ESTIMATED_TEXT, profileData } from "@onevision/data";

const [folder = "."] = process.argv.slice(2);
const start = performance.now();
const { totals } = await profileData({
	paths: [join(folder, "set.jsonl")],
	counter: createCounter("llava-onevision-qwen2-7b-ov"),
	text: ESTIMATED_TEXT,
	applyOrientation: false,
	applyRotation: false,
	out: join(folder, "profile"),
});
console.log(
	JSON.stringify({
		samples: totals.samples,
		seconds: (performance.now() - start) / 1000,
		memory: process.resourceUsage().maxRSS * 1024,
	}),
);
