/** The same training run in Chromium and in Node. Runs where a Chromium is installed; continuous integration has one. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeRuntime } from "./node/runtime.ts";
import { xorBatch, xorTraining } from "./testing/xor.ts";
import { startTraining } from "./train/training.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
	existsSync,
);
const STEPS = 30;
const TYPES: Readonly<Record<string, string>> = {
	".js": "text/javascript",
	".mjs": "text/javascript",
	".wasm": "application/wasm",
};

/** Serves the bundle and onnxruntime's files on this machine alone. */
async function serve(bundle: string): Promise<{ server: Server; origin: string }> {
	const runtimeFiles = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
	const server = createServer(({ url = "/" }, response) => {
		const { pathname } = new URL(url, "http://page");
		if (pathname === "/") {
			response.setHeader("content-type", "text/html");
			response.end(`<!doctype html><title>training</title><script type="module" src="/page.js"></script>`);
			return;
		}
		const name = pathname.split("/").at(-1) ?? "";
		const file = join(pathname.startsWith("/ort/") ? runtimeFiles : bundle, name);
		if (!existsSync(file)) {
			response.writeHead(404).end();
			return;
		}
		response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
		response.end(readFileSync(file));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return { server, origin: `http://127.0.0.1:${address.port}` };
}

describe.skipIf(CHROMIUM === undefined)("in Chromium", () => {
	const bundle = mkdtempSync(join(tmpdir(), "graph-web-"));
	let browser: Browser | undefined;
	let served: Awaited<ReturnType<typeof serve>> | undefined;

	beforeAll(async () => {
		await build({
			configFile: false,
			logLevel: "error",
			root: bundle,
			build: {
				outDir: bundle,
				emptyOutDir: false,
				minify: false,
				lib: {
					entry: fileURLToPath(new URL("testing/web-page.ts", import.meta.url)),
					formats: ["es"],
					fileName: () => "page.js",
				},
				rolldownOptions: { output: { codeSplitting: false } },
			},
		});
		served = await serve(bundle);
		browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
	}, 120_000);

	afterAll(async () => {
		await browser?.close();
		served?.server.close();
		rmSync(bundle, { recursive: true, force: true });
	});

	test("a page trains as Node does", async () => {
		const page = await (browser as Browser).newPage();
		page.setDefaultTimeout(100_000);
		const problems: string[] = [];
		page.on("pageerror", ({ message }) => problems.push(message));
		await page.goto(served?.origin ?? "");
		await page.waitForFunction("typeof trainInPage === 'function'");
		const losses = (await page.evaluate(`trainInPage(${STEPS})`)) as number[];
		expect(problems).toEqual([]);
		const { plan, state } = xorTraining();
		const training = await startTraining(plan, state, nodeRuntime({ threads: 1 }));
		for (let step = 1; step <= STEPS; step++) {
			const { loss } = await training.update([xorBatch(step)]);
			expect(losses[step - 1]).toBeCloseTo(loss, 4);
		}
		await training.close();
		expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
	});
});
