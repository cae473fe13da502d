/** A disk that is full at any file of a profile or an export: one line of why, and the same files once it is not. */

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createCounter } from "@onevision/core";
import { expect, test } from "vitest";
import { writeDataFiles } from "./export/data-files.ts";
import { profileData } from "./profile/run.ts";
import { SLICE_SIZES } from "./readers/reader.ts";
import { folderOf } from "./testing/files.ts";
import { png } from "./testing/images.ts";
import { ESTIMATED_TEXT } from "./text/meter.ts";

/** Linux's device that has no room. */
const FULL = "/dev/full";

const images = Object.fromEntries(Array.from({ length: 4 }, (_, id) => [`${id}.png`, png(40 + id, 30)]));
const rows = Array.from({ length: 40 }, (_, id) => ({
	image: `${id % 4}.png`,
	conversations: [
		{ from: "human", value: "<image>\nWhat?" },
		{ from: "gpt", value: `This ${id}` },
	],
}));
const set = join(folderOf({ ...images, "set.json": JSON.stringify(rows) }), "set.json");
const WRITERS = {
	profile: (out) =>
		profileData({
			...{ paths: [set], out, counter: createCounter("llava-onevision-qwen2-7b-ov"), text: ESTIMATED_TEXT },
			...{ applyOrientation: false, applyRotation: false, sliceSizes: { ...SLICE_SIZES, json: 2000 } },
		}),
	export: (out) => writeDataFiles({ paths: [set], target: "ms-swift", out, media: "link" }),
} as const satisfies Record<string, (out: string) => Promise<unknown>>;

/** The content of every file below a folder, by its path there. */
function filesIn(out: string): ReadonlyMap<string, string> {
	const names = readdirSync(out, { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1));
	return new Map(names.sort().map((name) => [name, readFileSync(join(out, name), "latin1")]));
}

test.skipIf(!existsSync(FULL)).each(Object.entries(WRITERS))("%s", async (_, write) => {
	const whole = folderOf();
	await write(whole);
	const files = filesIn(whole);
	expect(files.size).toBeGreaterThan(2);
	for (const name of files.keys()) {
		const out = folderOf();
		mkdirSync(dirname(join(out, name)), { recursive: true });
		// Where the file is written until it is whole.
		symlinkSync(FULL, join(out, dirname(name), `.${basename(name)}.part`));
		await expect(write(out), name).rejects.toThrow(/cannot be written \(ENOSPC\)$/);
		await write(out);
		expect(filesIn(out), name).toEqual(files);
	}
});
