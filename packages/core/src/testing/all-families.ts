/** A program that counts for every model: the entry that bundle.test.ts bundles. */

import { count } from "../index.ts";

console.log(count("llava-1.5-7b", { media: [{ kind: "image", width: 640, height: 480 }] }).visualTokens);
