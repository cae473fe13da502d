/**
 * How a snapshot's language model numbers several positions per token: the rule of its model with the sections of its own
 * config.json. Source: transformers 5.18 modeling_rope_utils.py (`convert_rope_params_to_dict`), and the rotary embedding of
 * each model.
 */

import { integer, list } from "@onevision/base/schema";
import type { MropeRule, XdropeRule } from "../positions/rule.ts";
import type { Section } from "./section.ts";

const frequencies = integer("Rotary frequencies", { min: 0, max: 2048 });
const three = list("Frequencies per axis", frequencies, { min: 3, max: 3 });
const four = list("Frequencies per axis", frequencies, { min: 4, max: 4 });

/** `rope_parameters`, or `rope_scaling` as it was called, of the section that holds the text keys. */
function ropeOf(config: Section): Section | undefined {
	const text = config.child("text_config") ?? config;
	return text.child("rope_scaling") ?? text.child("rope_parameters");
}

/** The rule with `mrope_section`, which lists time, height and width unless `order` says otherwise. */
export function withSections(
	rule: MropeRule,
	config: Section,
	order: readonly [temporal: number, height: number, width: number] = [0, 1, 2],
): MropeRule {
	const given = ropeOf(config)?.read("mrope_section", three);
	if (given === undefined) return rule;
	const [temporal, height, width] = order;
	return { ...rule, sections: [given[temporal] ?? 0, given[height] ?? 0, given[width] ?? 0] };
}

/** The rule with the four sections of HunyuanVL, under either of their names. */
export function withFourSections(rule: XdropeRule, config: Section): XdropeRule {
	const rope = ropeOf(config);
	const given = rope?.read(rope.has("mrope_section") ? "mrope_section" : "xdrope_section", four);
	if (given === undefined) return rule;
	const [sequence = 0, width = 0, height = 0, image = 0] = given;
	return { ...rule, sections: [sequence, width, height, image] };
}
