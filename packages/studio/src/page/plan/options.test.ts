/** Options of a plan request: all of its schema, written into a link and read back. */

import { expect, test } from "vitest";
import {
	OPTIONS,
	type OptionValue,
	type PlanOption,
	readOptions,
	requestOfOptions,
	writeOptions,
} from "./options.ts";

/** Some value other than nothing. */
function someValue(option: PlanOption): OptionValue {
	if (option.kind === "number") return option.min;
	if (option.kind === "switch") return false;
	if (option.kind === "text") return "vllm";
	return option.kind === "list" ? option.values.slice(0, 2).reverse() : (option.values.at(-1) ?? "");
}

test("each option is written and read back", () => {
	const values = Object.fromEntries(OPTIONS.map((option) => [option.path, someValue(option)]));
	expect(readOptions(writeOptions(values))).toEqual({ values, leftOut: 0 });
});

test("what a plan is asked for most is among them", () => {
	const paths = OPTIONS.map(({ path }) => path);
	expect(paths).toEqual(
		expect.arrayContaining([
			"training.method",
			"hardware.pricePerHour",
			"curriculum.order",
			"fit",
			"inference.frames",
		]),
	);
	expect(paths.filter((path) => /^(budget|mix|media|model)/.test(path))).toEqual([]);
});

test("values become the keys of a request; what is out of bounds or unknown is left out", () => {
	const { values, leftOut } = readOptions(
		"training.method:lora,training.loraRank:64,curriculum.order:onevision+knowledge,training.rank:3,fit:best,hardware.zeroStage:9",
	);
	expect(leftOut).toBe(3);
	expect(requestOfOptions(values)).toEqual({
		training: { method: "lora", loraRank: 64 },
		curriculum: { order: ["onevision", "knowledge"] },
	});
});
