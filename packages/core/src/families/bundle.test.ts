/** What a program that counts bundles: one family and no other, or all of them and no reader of snapshots. */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

/** Compressed sizes, bytes. */
const MAX_BYTES = { oneFamily: 8 * 1024, allFamilies: 56 * 1024 };

interface Chunk {
	readonly type: "chunk" | "asset";
	readonly code?: string;
	readonly modules?: Readonly<Record<string, { readonly renderedLength: number }>>;
}

/** The code of a bundle, and the files with code in it. */
async function bundle(entry: string): Promise<{ readonly code: string; readonly files: readonly string[] }> {
	const built = await build({
		configFile: false,
		logLevel: "silent",
		resolve: { conditions: ["source"] },
		build: {
			write: false,
			rolldownOptions: { input: fileURLToPath(new URL(`../testing/${entry}`, import.meta.url)) },
		},
	});
	const [chunk] = (Array.isArray(built) ? built : [built]).flatMap(
		(result) => (result as { readonly output: readonly Chunk[] }).output,
	);
	const files = Object.entries(chunk?.modules ?? {})
		.filter(([, { renderedLength }]) => renderedLength > 0)
		.map(([file]) => file);
	return { code: chunk?.code ?? "", files };
}

test("one family", async () => {
	const { code, files } = await bundle("one-family.ts");
	expect(code).toContain("llava-hf/llava-onevision-qwen2-");
	expect(gzipSync(code).length).toBeLessThanOrEqual(MAX_BYTES.oneFamily);
	const families = files.flatMap((file) => /\/families\/([^/]+)\/[^/]+$/.exec(file)?.[1] ?? []);
	expect([...new Set(families)]).toEqual(["llava-onevision"]);
}, 60_000);

test("all families", async () => {
	const { code, files } = await bundle("all-families.ts");
	expect(code).toContain("llava-hf/llava-onevision-qwen2-");
	expect(gzipSync(code).length).toBeLessThanOrEqual(MAX_BYTES.allFamilies);
	expect(files.filter((file) => /\/snapshot(\.ts|\/)|\/plan\//.test(file))).toEqual([]);
}, 60_000);
