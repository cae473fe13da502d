/** A program that counts with one family bundles to a small size and contains no other family. */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

/** Compressed size, bytes. */
const MAX_BYTES = 8 * 1024;

interface Chunk {
	readonly type: "chunk" | "asset";
	readonly code?: string;
	readonly modules?: Readonly<Record<string, { readonly renderedLength: number }>>;
}

test("a bundle of one family", async () => {
	const built = await build({
		configFile: false,
		logLevel: "silent",
		resolve: { conditions: ["source"] },
		build: {
			write: false,
			rolldownOptions: { input: fileURLToPath(new URL("../testing/one-family.ts", import.meta.url)) },
		},
	});
	const [chunk] = (Array.isArray(built) ? built : [built]).flatMap(
		(result) => (result as { readonly output: readonly Chunk[] }).output,
	);
	const code = chunk?.code ?? "";
	expect(code).toContain("llava-hf/llava-onevision-qwen2-");
	expect(gzipSync(code).length).toBeLessThanOrEqual(MAX_BYTES);
	const families = Object.entries(chunk?.modules ?? {})
		.filter(([, { renderedLength }]) => renderedLength > 0)
		.flatMap(([file]) => /\/families\/([^/]+)\/[^/]+$/.exec(file)?.[1] ?? []);
	expect([...new Set(families)]).toEqual(["llava-onevision"]);
}, 60_000);
