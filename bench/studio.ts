/**
 * The studio's page in Chromium, on its example: what the first load takes, how soon the image is there and where that
 * time goes, from an interaction to the next paint, and a thousand dropped files. There is no peer: the figures are
 * bounds to keep, beside what an empty page or an empty interaction takes in the same browser, since a machine with
 * other work takes several times as long for everything.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
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
		await firstLoad(browser, server.url);
		for (let run = 0; run < STARTS; run++) await start(browser, server.url);
		const page = await (await browser.newContext(CONTEXT)).newPage();
		const cpu = await cpuClock(page);
		await page.goto(server.url);
		await page.waitForSelector("text=to the bit");
		const empty = await page.evaluate<number[]>(`(async () => {
			const toPaint = ${TO_PAINT};
			const times = [];
			for (let step = 0; step < ${STEPS}; step++) times.push(await toPaint(() => undefined));
			return times;
		})()`);
		for (const [what, measure] of [
			["a slider of See", () => drag(page, "anyres_max")],
			["a mix of Plan", () => mix(page)],
		] as const) {
			const before = await cpu();
			const times = await measure();
			const taken = (await cpu()) - before;
			console.log(
				`  ${what}: interaction to paint ${spread(times)}; of nothing ${spread(empty)}; CPU ${(taken / times.length).toFixed(1)} ms each`,
			);
		}
		await thousandFiles(page, server.url);
	} finally {
		await browser.close();
		await server.close();
	}
}

const STARTS = 5;
const CONTEXT = { viewport: { width: 1280, height: 860 }, serviceWorkers: "block" } as const;

async function firstLoad(browser: Browser, url: string): Promise<void> {
	const context = await browser.newContext(CONTEXT);
	const page = await context.newPage();
	const session = await context.newCDPSession(page);
	await session.send("Network.enable");
	const bytes = new Map<string, number>();
	const urls = new Map<string, string>();
	session.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
	session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
		bytes.set(urls.get(requestId) ?? requestId, encodedDataLength),
	);
	await page.goto(url);
	await page.waitForSelector("text=to the bit");
	const kilobytes = (isCounted: (url: string) => boolean): string =>
		([...bytes].reduce((sum, [url, size]) => sum + (isCounted(url) ? size : 0), 0) / 1000).toFixed(0);
	const isImage = (url: string): boolean => /\.(jpg|png)$/.test(url);
	console.log(
		`  first load ${kilobytes((url) => !isImage(url))} kB compressed, and ${kilobytes(isImage)} kB of the image looked at`,
	);
	await context.close();
}

/** When each part of the first view is there, ms of the page's own clock; noted in every frame. */
const NOTE_PARTS = `(() => {
	const parts = {
		interface: () => document.querySelector("main h1"),
		number: () => document.querySelector(".big-number strong"),
		image: () => /scaled by the browser|to the bit/.test(document.querySelector(".panel figcaption")?.textContent),
		exact: () => /to the bit/.test(document.querySelector(".panel figcaption")?.textContent),
	};
	globalThis.noted = {};
	const look = () => {
		for (const [name, isThere] of Object.entries(parts)) {
			if (!(name in noted) && isThere()) noted[name] = performance.now();
		}
		requestAnimationFrame(look);
	};
	requestAnimationFrame(look);
})()`;

/** Opens the page in a fresh context, and an empty one beside it for comparison. */
async function start(browser: Browser, url: string): Promise<void> {
	const context = await browser.newContext(CONTEXT);
	const page = await context.newPage();
	const cpu = await cpuClock(page);
	await page.addInitScript(NOTE_PARTS);
	await page.goto("data:text/html,<h1>empty</h1>");
	const empty = await page.evaluate<number>(
		"new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))",
	);
	const before = await cpu();
	await page.goto(url);
	await page.waitForSelector("text=to the bit");
	const noted = await page.evaluate<Record<string, number>>(
		"({ page: performance.getEntriesByType('navigation')[0].responseEnd, scripts: Math.max(...performance.getEntriesByType('resource').filter(({ name }) => /index-.*js$/.test(name)).map(({ responseEnd }) => responseEnd)), ...noted })",
	);
	const parts = Object.entries(noted).map(([name, time]) => `${name} ${time.toFixed(0)}`);
	console.log(
		`  start, ms: ${parts.join(", ")}; an empty page ${empty.toFixed(0)}; CPU of the page's thread ${((await cpu()) - before).toFixed(0)}`,
	);
	await context.close();
}

/** A clock of the CPU time that the tasks of a page's main thread take from now on, ms. */
async function cpuClock(page: Page): Promise<() => Promise<number>> {
	const session = await page.context().newCDPSession(page);
	await session.send("Performance.enable", { timeDomain: "threadTicks" });
	return async () => {
		const { metrics } = await session.send("Performance.getMetrics");
		return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0);
	};
}

function spread(times: readonly number[]): string {
	const sorted = [...times].sort((a, b) => a - b);
	const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
	return `median ${at(0.5)} ms, p95 ${at(0.95)} ms of ${sorted.length}`;
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
		// From where the browser has handed the files over: that alone takes it some 100 ms.
		await page.evaluate(`document.addEventListener("change", () => {
			globalThis.longest = 0;
			let last = performance.now();
			const tick = (now) => { longest = Math.max(longest, now - last); last = now; requestAnimationFrame(tick); };
			requestAnimationFrame(tick);
		}, { capture: true, once: true })`);
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
