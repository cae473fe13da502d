/**
 * Builds the studio's page: `npx tsx -C source scripts/studio/build.ts [folder]`. One folder of static files with
 * relative paths, which works from any path of a server and offline once loaded.
 */

import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, defaultClientConditions, type Plugin } from "vite";
import { CONTENT_SECURITY_POLICY } from "../../packages/studio/src/content-security-policy.ts";
import { ROOT } from "../files.ts";
import { type BuiltExamples, buildExamples } from "./example-media.ts";

const PAGE = join(ROOT, "packages/studio/src/page");
export const PAGE_FOLDER = join(ROOT, "packages/studio/dist/page");
const SERVICE_WORKER = join(ROOT, "scripts/studio/service-worker.js");

export async function buildPage(folder = PAGE_FOLDER): Promise<void> {
	const examples = await buildExamples();
	// Built beside it, so that whoever reads the folder meanwhile finds a whole page.
	const beside = `${folder}.${process.pid}`;
	await build({
		configFile: false,
		root: PAGE,
		base: "./",
		logLevel: "warn",
		resolve: { conditions: ["source", ...defaultClientConditions] },
		define: { __EXAMPLE_MEDIA__: JSON.stringify(examples.examples) },
		oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
		plugins: [staticFiles(examples)],
		worker: { format: "es" },
		build: {
			outDir: beside,
			emptyOutDir: true,
			target: "es2022",
			assetsInlineLimit: 0,
			modulePreload: { polyfill: false },
			chunkSizeWarningLimit: 1000,
			reportCompressedSize: false,
		},
	});
	rmSync(folder, { recursive: true, force: true });
	renameSync(beside, folder);
}

/** Example media, the icon, the policy, and the service worker with the list of all other files. */
function staticFiles({ files }: BuiltExamples): Plugin {
	return {
		name: "onevision-static-files",
		transformIndexHtml: {
			order: "post",
			handler: () => [
				{
					tag: "meta",
					attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
					injectTo: "head-prepend",
				},
			],
		},
		generateBundle: {
			order: "post",
			handler(_, bundle) {
				for (const [fileName, source] of files) this.emitFile({ type: "asset", fileName, source });
				const icon = readFileSync(join(PAGE, "icon.svg"));
				this.emitFile({ type: "asset", fileName: "icon.svg", source: icon });
				const names = [...Object.keys(bundle), ...files.keys(), "icon.svg"].filter(
					(name, index, all) => !name.endsWith(".map") && all.indexOf(name) === index,
				);
				const listed = ["./", ...names.map((name) => `./${name}`).sort()];
				this.emitFile({
					type: "asset",
					fileName: "service-worker.js",
					source: `const BUILD = "${buildName(bundle, files)}";\nconst FILES = ${JSON.stringify(listed)};\n${readFileSync(SERVICE_WORKER, "utf8")}`,
				});
			},
		},
	};
}

type Bundle = Parameters<Extract<Plugin["generateBundle"], (...args: never[]) => unknown>>[1];

/** A name that changes with any file. */
function buildName(bundle: Bundle, files: BuiltExamples["files"]): string {
	const hash = createHash("sha256");
	for (const [name, output] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
		hash.update(name).update(output.type === "chunk" ? output.code : output.source);
	}
	for (const [name, bytes] of files) hash.update(name).update(bytes);
	return hash.digest("hex").slice(0, 12);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	const [, , folder] = process.argv;
	await buildPage(folder === undefined ? PAGE_FOLDER : resolve(folder));
}
