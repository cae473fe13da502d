/** A snapshot's own position rule, compared with how the configurations of transformers 5.18.0 read the same files. */

import { expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import { positionRuleOf } from "../positions/rules.ts";
import { type Files, fixture, read } from "../testing/snapshots.ts";

type Keys = Record<string, unknown>;

/** The fixture with keys replaced in config.json or in one of its objects. */
function altered(name: string, keys: Keys, part?: string): Files {
	const files = fixture(name);
	const config = { ...files["config.json"] };
	const merged =
		part === undefined
			? { ...config, ...keys }
			: { ...config, [part]: { ...(config[part] as Keys), ...keys } };
	return { ...files, "config.json": JSON.parse(JSON.stringify(merged)) as Keys };
}

const ruleOf = (files: Files) => positionRuleOf(read(files).checkpoint);
const sections = (mrope_section: readonly number[]) => ({ mrope_section, rope_type: "default" });

test.each([
	["Qwen2-VL-7B-Instruct", "qwen2-vl-7b"],
	["Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"],
	["Qwen3-VL-8B-Instruct", "qwen3-vl-8b"],
	["Qwen3.5-27B", "qwen3.5-27b"],
	["GLM-4.6V", "glm-4.6v"],
	["ERNIE-4.5-VL-28B-A3B-PT", "ernie-4.5-vl-28b-a3b"],
	["HunyuanOCR", "hunyuan-ocr"],
	["blip2-opt-2.7b", "blip2-opt-2.7b"],
] as const)("%s numbers as %s", (name, id) => {
	expect(ruleOf(fixture(name))).toEqual(positionRuleOf(checkpointById(id)));
});

test("a tower of another depth uses its generation's positions", () => {
	const files = altered("Qwen2.5-VL-7B-Instruct", { depth: 8 }, "vision_config");
	expect(typeof read(files).checkpoint.parts.tower).toBe("object");
	expect(ruleOf(files)).toEqual(positionRuleOf(checkpointById("qwen2.5-vl-7b")));
});

test("without tokens_per_second, the class default of 4 applies", () => {
	const files = altered("Qwen2.5-VL-7B-Instruct", { tokens_per_second: undefined }, "vision_config");
	expect(ruleOf(files)).toMatchObject({
		clock: { kind: "seconds", positionsPerSecond: 4, framesPerPatch: 2 },
	});
});

test.each([
	["rope_scaling at the top", "Qwen2.5-VL-7B-Instruct", undefined, "rope_scaling", [8, 28, 28], [8, 28, 28]],
	["rope_parameters", "Qwen3.5-27B", "text_config", "rope_parameters", [16, 8, 8], [16, 8, 8]],
	["GLM", "GLM-4.6V", "text_config", "rope_parameters", [4, 14, 14], [4, 14, 14]],
	[
		"height, width, time",
		"ERNIE-4.5-VL-28B-A3B-PT",
		"text_config",
		"rope_parameters",
		[20, 22, 24],
		[24, 20, 22],
	],
] as const)("sections of the file: %s", (_, name, part, key, given, expected) => {
	expect(ruleOf(altered(name, { [key]: sections(given) }, part))).toMatchObject({ sections: expected });
});

test.each(["mrope_section", "xdrope_section"])("HunyuanVL's four, as %s", (key) => {
	const rope = { [key]: [20, 12, 16, 16], rope_type: "default" };
	const files = altered("HunyuanOCR", { rope_parameters: rope }, "text_config");
	expect(ruleOf(files)).toMatchObject({ kind: "xdrope", sections: [20, 12, 16, 16] });
});
