/** A trained model as a Hugging Face folder: transformers loads it with its processor, and `onevision run` runs it. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { float32, type Tensor } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { encodeSafetensors, entryOf, type Tensors } from "@onevision/graph";
import type { LabModel } from "./model/snapshot.ts";

/** Names as transformers 5.18 saves them; see `LLAVA_PARTS` of the model package for others that are read. */
function storedName(name: string): string {
	if (name.startsWith("language_model.")) return name.replace("language_model.", "language_model.model.");
	return name.startsWith("lm_head.") ? `language_model.${name}` : name;
}

/** Parameters of SigLIP behind the layer whose output is taken: transformers expects them, and nothing reads them. */
function unreadParameters({ size }: LabModel): Readonly<Record<string, Tensor>> {
	const { hidden } = size.tower;
	return {
		"vision_tower.post_layernorm.weight": float32([hidden], new Float32Array(hidden).fill(1)),
		"vision_tower.post_layernorm.bias": float32([hidden], new Float32Array(hidden)),
	};
}

/** Writes configuration, processor, tokenizer and weights into `folder`, which is made if it is missing. */
export async function exportModel(model: LabModel, parameters: Tensors, folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const named = Object.entries(parameters).map(([name, tensor]) => [storedName(name), tensor] as const);
	const tensors = new Map(
		[...named, ...Object.entries(unreadParameters(model))].map(([name, tensor]) => [name, entryOf(tensor)]),
	);
	for (const [name, content] of Object.entries(model.contents)) {
		const written = typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`;
		await writeAtomically(join(folder, name), [new TextEncoder().encode(written)]);
	}
	const weights = encodeSafetensors({ tensors, metadata: { format: "pt" } });
	await writeAtomically(join(folder, "model.safetensors"), [weights]);
}
