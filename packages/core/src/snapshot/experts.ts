/** The mixture of experts that a config.json describes. Config keys and class defaults come from decoders.ts. */

import { either, integer, list } from "@onevision/base/schema";
import type { LanguageModel } from "../facts/language-models.ts";
import type { Decoder, Experts } from "./decoders.ts";
import { type Section, unsupported } from "./section.ts";
import { flag, word } from "./values.ts";

const layers = integer("Layers", { min: 0, max: 512 });
const step = integer("Layers from one mixture to the next", { min: 1, max: 512 });
const experts = integer("Experts", { min: 1, max: 4096 });
const sharedExperts = integer("Experts", { min: 0, max: 64 });
const width = integer("A width, elements", { min: 1, max: 65_536 });
/** ERNIE lists the widths of text and visual experts. */
const widths = either(width, list("Widths, elements", width, { min: 1, max: 2 }));
const words = list("Kinds of layer", word, { min: 0, max: 512 });
const indices = list("Layers", integer("A layer", { min: 0, max: 511 }), { min: 0, max: 512 });

/** `layerMlp` is the width of a dense layer's MLP. Throws `unsupported` for mixtures that cannot be described here. */
export function expertsOf(
	text: Section,
	{ experts: rule }: Decoder,
	depth: number,
	layerMlp: number,
): LanguageModel["experts"] {
	if (rule === undefined) return undefined;
	if (rule.switch !== undefined && text.read(rule.switch, flag) !== true) return undefined;
	const sparseStep = text.read("decoder_sparse_step", step) ?? 1;
	if (sparseStep !== 1) {
		throw unsupported(
			`${text.path} decoder_sparse_step: ${sparseStep}; only mixtures in every layer are read`,
		);
	}
	const count = text.read(rule.keys.count, experts) ?? rule.count;
	const active = text.read(rule.keys.active, experts) ?? rule.active;
	if (count === 0 || active === undefined) {
		throw unsupported(
			`${text.path}: ${rule.keys[count === 0 ? "count" : "active"]} is missing, and the class has no default`,
		);
	}
	if (active > count) throw unsupported(`${text.path} ${rule.keys.active}: ${active} of ${count} experts`);
	const given = text.read(rule.keys.mlp, widths) ?? rule.mlp;
	const mlp = typeof given === "number" ? given : (given[0] ?? rule.mlp);
	const sharedMlp = sharedOf(text, rule, mlp, layerMlp);
	const denseLayers = denseOf(text, rule, depth);
	return {
		count,
		active,
		mlp,
		...(sharedMlp === 0 ? {} : { sharedMlp }),
		...(denseLayers === 0 ? {} : { denseLayers }),
	};
}

function sharedOf(text: Section, { shared }: Experts, expertMlp: number, layerMlp: number): number {
	if (shared === undefined) return 0;
	if ("mlpOf" in shared) return shared.mlpOf === "expert" ? expertMlp : layerMlp;
	if ("times" in shared) return (text.read(shared.key, sharedExperts) ?? shared.times) * expertMlp;
	return text.read(shared.key, width) ?? shared.width;
}

/** Number of layers with a plain MLP, from whichever list or number the class uses. */
function denseOf(text: Section, { dense = 0 }: Experts, depth: number): number {
	const named = text.read("mlp_layer_types", words);
	if (named !== undefined) return Math.min(depth, named.filter((name) => name === "dense").length);
	const sparse = text.read("moe_layers", indices);
	if (sparse !== undefined) return Math.max(0, depth - sparse.length);
	const interleaved = text.read("interleave_moe_layer_step", step);
	if (interleaved !== undefined) return depth - Math.floor(depth / interleaved);
	return Math.min(depth, text.read("first_k_dense_replace", layers) ?? dense);
}
