/** A Chromium page with one of our modules bundled into it, for what only a browser can test. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";

/** The browser, if installed, as in continuous integration. */
export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
	existsSync,
);

export interface TestPage {
	/** Calls a function that the module put on `globalThis`; arguments and result are plain data. */
	call(name: string, ...args: unknown[]): Promise<unknown>;
	close(): Promise<void>;
}

/** Opens a page that has loaded `entry` and can fetch the files of `folder` by name. */
export async function openTestPage(entry: string, folder: string): Promise<TestPage> {
	const bundle = mkdtempSync(join(tmpdir(), "onevision-web-"));
	await build({
		configFile: false,
		logLevel: "error",
		root: bundle,
		resolve: { conditions: ["source"] },
		build: {
			outDir: bundle,
			emptyOutDir: false,
			minify: false,
			lib: { entry, formats: ["es"], fileName: () => "page.js" },
			rolldownOptions: { output: { codeSplitting: false } },
		},
	});
	const { server, origin } = await serve(bundle, folder);
	const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
	const page = await browser.newPage();
	await page.goto(origin);
	await page.waitForFunction("globalThis.isLoaded === true", undefined, { timeout: 60_000 });
	return {
		call: (name, ...args) => page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`),
		close: async () => {
			await browser.close();
			server.close();
			rmSync(bundle, { recursive: true, force: true });
		},
	};
}

/** Serves the bundle and the folder's files on this machine alone. */
async function serve(bundle: string, folder: string): Promise<{ server: Server; origin: string }> {
	const html = `<!doctype html><title>test</title><script type="module">import "/page.js"; globalThis.isLoaded = true;</script>`;
	const server = createServer(({ url = "/" }, response) => {
		const { pathname } = new URL(url, "http://page");
		if (pathname === "/") {
			response.setHeader("content-type", "text/html");
			response.end(html);
			return;
		}
		const name = pathname.split("/").at(-1) ?? "";
		const file = join(name === "page.js" ? bundle : folder, name);
		if (!existsSync(file)) {
			response.writeHead(404).end();
			return;
		}
		response.setHeader("content-type", name === "page.js" ? "text/javascript" : "application/octet-stream");
		response.end(readFileSync(file));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return { server, origin: `http://127.0.0.1:${address.port}` };
}
