/** Tensor names: every layout of a LLaVA model resolves, and what does not is named. */

import { expect, test } from "vitest";
import { LLAVA_PARTS } from "../families/llava-parts.ts";
import { qwenVl } from "../families/qwen-vl/index.ts";
import { resolveNames, type WantedParameter } from "./names.ts";

const WANTED: readonly WantedParameter[] = [
	{ name: "vision_tower.encoder.layers.0.mlp.fc1.bias", shape: [4] },
	{ name: "multi_modal_projector.linear_1.weight", shape: [2, 4] },
	{ name: "multi_modal_projector.linear_2.weight", shape: [2, 2] },
	{ name: "image_newline", shape: [2] },
	{ name: "language_model.embed_tokens.weight", shape: [9, 2] },
	{ name: "language_model.norm.weight", shape: [2] },
	{ name: "lm_head.weight", shape: [9, 2] },
];

/** Names as WANTED, in each layout that transformers 5.18 writes, and the original repository's. */
const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
	"from a config": [
		"vision_tower.encoder.layers.0.mlp.fc1.bias",
		"multi_modal_projector.linear_1.weight",
		"multi_modal_projector.linear_2.weight",
		"image_newline",
		"language_model.model.embed_tokens.weight",
		"language_model.model.norm.weight",
		"language_model.lm_head.weight",
	],
	"from published names": [
		"vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias",
		"multi_modal_projector.linear_1.weight",
		"multi_modal_projector.linear_2.weight",
		"image_newline",
		"language_model.model.embed_tokens.weight",
		"language_model.model.norm.weight",
		"language_model.lm_head.weight",
	],
	"from module names": [
		"model.vision_tower.encoder.layers.0.mlp.fc1.bias",
		"model.multi_modal_projector.linear_1.weight",
		"model.multi_modal_projector.linear_2.weight",
		"model.image_newline",
		"model.language_model.embed_tokens.weight",
		"model.language_model.norm.weight",
		"lm_head.weight",
	],
	"original repository": [
		"model.vision_tower.vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias",
		"model.mm_projector.0.weight",
		"model.mm_projector.2.weight",
		"model.image_newline",
		"model.embed_tokens.weight",
		"model.norm.weight",
		"lm_head.weight",
	],
};

type Sized = { readonly shape: readonly number[] };

const stored = (names: readonly string[]): Map<string, Sized> =>
	new Map(names.map((name, index) => [name, { shape: WANTED[index]?.shape ?? [1] }]));

const resolved = (tensors: ReadonlyMap<string, Sized>) => resolveNames(WANTED, tensors, LLAVA_PARTS, "mine");

test.each(Object.entries(LAYOUTS))("%s", (_, names) => {
	const found = resolved(stored(names));
	expect([...found]).toEqual(WANTED.map(({ name }, index) => [name, names[index]]));
});

const QWEN_WANTED: readonly WantedParameter[] = [
	{ name: "vision_tower.blocks.0.attn.qkv.weight", shape: [6, 2] },
	{ name: "multi_modal_projector.mlp.0.weight", shape: [8, 8] },
	{ name: "language_model.norm.weight", shape: [2] },
	{ name: "lm_head.weight", shape: [9, 2] },
];

test.each([
	["", "model.norm.weight"],
	["model.", "model.language_model.norm.weight"],
])("Qwen2.5-VL with visual under %o", (prefix, norm) => {
	const names = [`${prefix}visual.blocks.0.attn.qkv.weight`, `${prefix}visual.merger.mlp.0.weight`];
	const tensors = new Map(
		[...names, norm, "lm_head.weight"].map((name, index) => [
			name,
			{ shape: QWEN_WANTED[index]?.shape ?? [] },
		]),
	);
	const found = resolveNames(QWEN_WANTED, tensors, qwenVl.parts, "mine");
	expect([...found.values()]).toEqual([...tensors.keys()]);
});

test("tensors that inference does not read are no surprise", () => {
	const [names = []] = Object.values(LAYOUTS);
	const more = [
		"vision_tower.post_layernorm.bias",
		"vision_tower.head.probe",
		"vision_tower.embeddings.position_ids",
	];
	expect(resolved(stored([...names, ...more])).size).toBe(WANTED.length);
});

test("missing and unknown tensors are named in one error, with the nearest", () => {
	const [names = []] = Object.values(LAYOUTS);
	const tensors = stored(names);
	tensors.delete("language_model.model.norm.weight");
	tensors.set("language_model.model.norms.weight", { shape: [2] });
	tensors.set("adapter.q", { shape: [2] });
	expect(() => resolved(tensors)).toThrow(
		"mine: lacks language_model.model.norm.weight (there is language_model.model.norms.weight); it has language_model.model.norms.weight, adapter.q, which this model does not read",
	);
});

test("a long list is cut", () => {
	expect(() => resolved(stored(["other.bias"]))).toThrow(/and 4 more; it has other\.bias/);
});

test("weights of another size than the configuration says", () => {
	const [names = []] = Object.values(LAYOUTS);
	const tensors = stored(names);
	tensors.set("image_newline", { shape: [3] });
	expect(() => resolved(tensors)).toThrow(
		"mine: image_newline is [3], config.json makes it [2]; they are not of one model",
	);
});
