/** LLaVA's own format: a JSON array or JSON Lines of `{id, image | video, conversations}`. */

import { jsonFormat } from "./json-rows.ts";
import type { Reader } from "./reader.ts";

export const llava: Reader = {
	title: "LLaVA JSON",
	source: "LLaVA-VL/LLaVA-NeXT llava/train/train.py `LazySupervisedDataset` at df179663",
	...jsonFormat(["conversations"], () => true),
};
