/**
 * Position rules of snapshots whose language model uses several position ids per token: the model's rule, with the
 * sections from the snapshot's config.json. Source: transformers 5.18 modeling_rope_utils.py
 * (`convert_rope_params_to_dict`), and the rotary embedding of each model.
 */

import { integer, list } from "@onevision/base/schema";
import type { MropeRule, XdropeRule } from "../positions/rule.ts";
import type { Section } from "./section.ts";

const frequencies = integer("Rotary frequencies", { min: 0, max: 2048 });
const three = list("Frequencies per axis", frequencies, { min: 3, max: 3 });
const four = list("Frequencies per axis", frequencies, { min: 4, max: 4 });

/** `rope_parameters`, or its older name `rope_scaling`, from the section that holds the text keys. */
function ropeOf(config: Section): Section | undefined {
	const text = config.child("text_config") ?? config;
	return text.child("rope_scaling") ?? text.child("rope_parameters");
}

/** The rule with sections from `mrope_section`, which lists time, height and width unless `order` says otherwise. */
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

/** The rule with HunyuanVL's four sections, under either of their key names. */
export function withFourSections(rule: XdropeRule, config: Section): XdropeRule {
	const rope = ropeOf(config);
	const given = rope?.read(rope.has("mrope_section") ? "mrope_section" : "xdrope_section", four);
	if (given === undefined) return rule;
	const [sequence = 0, width = 0, height = 0, image = 0] = given;
	return { ...rule, sections: [sequence, width, height, image] };
}
