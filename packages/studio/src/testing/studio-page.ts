/** The built page in a real Chromium, served as the command serves it. */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Page } from "playwright-core";
import { pageFolder, servePage } from "../node.ts";

/** The browser, if installed, as in continuous integration. */
export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
	existsSync,
);

export interface Look {
	/** CSS px. */
	readonly width?: number;
	readonly height?: number;
	readonly dark?: boolean;
}

export interface Studio {
	readonly url: string;
	/** The page opened anew at an address relative to the studio's; whatever it complains about is collected. */
	open(options?: Look & { readonly at?: string }): Promise<OpenPage>;
	close(): Promise<void>;
}

export interface OpenPage {
	readonly page: Page;
	/** Errors and warnings of the console, refused requests included. */
	readonly complaints: readonly string[];
}

export async function startStudio(): Promise<Studio> {
	const server = await servePage(await pageFolder());
	const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
	// One for all pages: another starts with empty caches.
	const context = await browser.newContext({ serviceWorkers: "block" });
	return {
		url: server.url,
		open: async ({ at = "", ...asked } = {}) => {
			for (const old of context.pages()) await old.close();
			const page = await context.newPage();
			const complaints: string[] = [];
			page.on("console", (message) => {
				const isBlocked = message.text().startsWith("Service Worker registration blocked");
				if (["error", "warning"].includes(message.type()) && !isBlocked) complaints.push(message.text());
			});
			page.on("pageerror", (error) => complaints.push(error.message));
			await look(page, asked);
			await page.goto(new URL(at, server.url).href);
			await page.waitForSelector("main h1");
			return { page, complaints };
		},
		close: async () => {
			await browser.close();
			await server.close();
		},
	};
}

/** Looks at a page in another size or theme. Without motion: colors on their way to another theme are neither's. */
export async function look(page: Page, { width = 1280, height = 900, dark = false }: Look): Promise<void> {
	await page.setViewportSize({ width, height });
	await page.emulateMedia({ colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
}

interface AxeResult {
	readonly id: string;
	readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds wrong, as one line each. */
export async function axeViolations(page: Page): Promise<string[]> {
	// Evaluated, not added as a script: the page's policy refuses those.
	await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
	const found = (await page.evaluate(
		"axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)",
	)) as readonly AxeResult[];
	return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`.slice(0, 600));
}
