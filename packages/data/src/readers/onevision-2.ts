/** LLaVA-OneVision-2's source rows for its offline packing: JSON Lines of `images`, `prompts`, `captions`. */

import { jsonFormat } from "./json-rows.ts";
import type { Reader } from "./reader.ts";

export const onevision2: Reader = {
	title: "LLaVA-OneVision-2 JSON",
	source: "EvolvingLMMs-Lab/LLaVA-OneVision-2 offline_packing/s1_split_json_to_samples.py at b442560",
	...jsonFormat(["prompts-captions"], () => true),
};
