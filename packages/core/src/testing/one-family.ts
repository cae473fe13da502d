/** A program that counts with one family. A test bundles it and measures the size. */

import { counterOf } from "@onevision/core";
import { checkpoints, layout } from "@onevision/core/families/llava-onevision";

const counter = counterOf(layout, checkpoints["llava-onevision-qwen2-7b-ov"], { anyres_max: 4 });

console.log(counter.count({ media: [{ kind: "image", width: 1000, height: 700 }] }).visualTokens);
