/**
 * The studio's page in Chromium, on its example: what the first load takes, how soon the image is there, from an
 * interaction to the next paint, and a thousand dropped files. There is no peer; the figures are bounds to keep.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { pageFolder, servePage } from "../packages/studio/src/node.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const STEPS = 120;
const FILES = 1000;

export async function benchStudio(): Promise<void> {
	if (CHROMIUM === undefined) {
		console.log("  no Chromium here");
		return;
	}
	const server = await servePage(await pageFolder());
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
	try {
		const context = await browser.newContext({
			viewport: { width: 1280, height: 860 },
			serviceWorkers: "block",
		});
		const page = await context.newPage();
		const session = await context.newCDPSession(page);
		await session.send("Network.enable");
		const bytes = new Map<string, number>();
		const urls = new Map<string, string>();
		session.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
		session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
			bytes.set(urls.get(requestId) ?? requestId, encodedDataLength),
		);
		const start = performance.now();
		await page.goto(server.url);
		await page.waitForSelector("text=px · scaled by the browser");
		const seen = performance.now() - start;
		await page.waitForSelector("text=to the bit");
		const exact = performance.now() - start;
		const kilobytes = (isCounted: (url: string) => boolean): number =>
			[...bytes].reduce((sum, [url, size]) => sum + (isCounted(url) ? size : 0), 0) / 1000;
		const isImage = (url: string): boolean => /\.(jpg|png)$/.test(url);
		console.log(
			`  first load ${kilobytes((url) => !isImage(url)).toFixed(0)} kB compressed, and ${kilobytes(isImage).toFixed(0)} kB of the image looked at; image after ${seen.toFixed(0)} ms, exact after ${exact.toFixed(0)} ms`,
		);
		for (const [what, measure] of [
			["a slider of See", () => drag(page, "anyres_max")],
			["a mix of Plan", () => mix(page)],
		] as const) {
			const times = (await measure()).sort((a, b) => a - b);
			const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1);
			console.log(
				`  ${what}: interaction to paint, median ${at(0.5)} ms, p95 ${at(0.95)} ms of ${times.length}`,
			);
		}
		await thousandFiles(page, server.url);
	} finally {
		await browser.close();
		await server.close();
	}
}

/** Milliseconds from an input event to the task behind the frame that shows it. */
const TO_PAINT = `(act) => new Promise((resolve) => {
	const start = performance.now();
	act();
	requestAnimationFrame(() => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => resolve(performance.now() - start);
		port2.postMessage(undefined);
	});
})`;

async function drag(page: Page, label: string): Promise<number[]> {
	const id = await page.getByLabel(label, { exact: true }).getAttribute("id");
	return page.evaluate(`(async () => {
		const toPaint = ${TO_PAINT};
		const slider = document.getElementById(${JSON.stringify(id)});
		const times = [];
		for (let step = 0; step < ${STEPS}; step++) {
			times.push(await toPaint(() => {
				slider.value = String(step % (Number(slider.max) + 1));
				slider.dispatchEvent(new Event("input", { bubbles: true }));
			}));
		}
		return times;
	})()`);
}

async function mix(page: Page): Promise<number[]> {
	await page.click("nav >> text=Plan");
	await page.waitForSelector(".plan svg.plot");
	return page.evaluate(`(async () => {
		const toPaint = ${TO_PAINT};
		const border = document.querySelector(".mix-border");
		const times = [];
		for (let step = 0; step < ${STEPS}; step++) {
			const key = step % 40 < 20 ? "ArrowLeft" : "ArrowRight";
			times.push(await toPaint(() => border.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))));
		}
		return times;
	})()`);
}

/** Drops a thousand copies of a photo; the longest gap between frames says whether the page froze. */
async function thousandFiles(page: Page, url: string): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "onevision-studio-"));
	try {
		const photo = readFileSync(new URL("../examples/media/harbour.jpg", import.meta.url));
		const paths = Array.from({ length: FILES }, (_, index) => join(folder, `photo-${index}.jpg`));
		for (const path of paths) writeFileSync(path, photo);
		await page.goto(url);
		await page.reload();
		await page.waitForSelector("text=to the bit");
		await page.evaluate(`(() => {
			globalThis.longest = 0;
			let last = performance.now();
			const tick = (now) => { longest = Math.max(longest, now - last); last = now; requestAnimationFrame(tick); };
			requestAnimationFrame(tick);
		})()`);
		const before = await heap(page);
		const start = performance.now();
		await page.setInputFiles('input[aria-label="Images and videos"]', paths);
		await page.waitForSelector(`text=in ${FILES.toLocaleString("en")} requests`, { timeout: 180_000 });
		const took = performance.now() - start;
		const longest = Number(await page.evaluate("longest"));
		await page.evaluate("new Promise((resolve) => setTimeout(resolve, 3000))");
		const grown = (await heap(page)) - before;
		console.log(
			`  ${FILES} photos: counted after ${(took / 1000).toFixed(1)} s, longest frame ${longest.toFixed(0)} ms, heap ${(grown / 1e6).toFixed(1)} MB larger`,
		);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function heap(page: Page): Promise<number> {
	const session = await page.context().newCDPSession(page);
	await session.send("HeapProfiler.collectGarbage");
	const { usedSize } = await session.send("Runtime.getHeapUsage");
	await session.detach();
	return usedSize;
}
