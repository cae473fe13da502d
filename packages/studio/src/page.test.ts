/** The page as a person meets it, in Chromium. Runs where it is installed, as in continuous integration. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkpointById, createCounterFrom, type MediaItem, plan, videoSampling } from "@onevision/core";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
	axeViolations,
	CHROMIUM,
	look,
	type OpenPage,
	type Studio,
	startStudio,
} from "./testing/studio-page.ts";

const EXAMPLE = (name: string): Buffer =>
	readFileSync(fileURLToPath(new URL(`../../../examples/media/${name}`, import.meta.url)));

const EXERCISE = readFileSync(
	fileURLToPath(new URL("../../../examples/exercises/product-80-10-10.yaml", import.meta.url)),
	"utf8",
);

const MODEL = "llava-onevision-qwen2-7b-ov";

async function drop(page: Page, files: readonly { name: string; mimeType: string; buffer: Buffer }[]) {
	await page.setInputFiles('input[aria-label="Images and videos"]', [...files]);
}

async function type(page: Page, sizes: string): Promise<void> {
	await page.fill("#sizes", sizes);
	await page.press("#sizes", "Enter");
}

const bigNumber = async (page: Page): Promise<string> =>
	(await page.locator(".big-number").innerText()).replace(/\s+/g, " ");
const rowCounts = (page: Page): Promise<string[]> => page.locator(".row-count").allInnerTexts();

describe.skipIf(CHROMIUM === undefined)("the studio in Chromium", () => {
	let studio: Studio;

	beforeAll(async () => {
		studio = await startStudio();
	}, 180_000);

	afterAll(() => studio?.close());

	describe("on its example", () => {
		let example: OpenPage;

		beforeAll(async () => {
			example = await studio.open();
			await example.page.waitForSelector("text=the reference's pixels, to the bit");
		}, 60_000);

		test("starts with it counted and drawn exactly, and complains of nothing", async () => {
			const { page, complaints } = example;
			expect(await bigNumber(page)).toBe("5,731 visual tokens");
			expect(await rowCounts(page)).toContain("5,731");
			expect(complaints).toEqual([]);
		});

		test.each([
			["dark", 360],
			["light", 1280],
		])("axe finds nothing in the %s theme at %s px", async (theme, width) => {
			await look(example.page, { dark: theme === "dark", width });
			expect(await axeViolations(example.page)).toEqual([]);
		});

		test("the keyboard moves over patches and names the token", async () => {
			const { page } = example;
			const canvas = page.locator("canvas[aria-label^=Canvas]");
			await canvas.focus();
			await canvas.press("ArrowRight");
			const [title] = await page.locator(".loupe h2").allInnerTexts();
			await canvas.press("ArrowRight");
			const [next] = await page.locator(".loupe h2").allInnerTexts();
			const number = (text = ""): number => Number(text.replace(/\D/g, ""));
			expect(number(next) - number(title)).toBe(1);
			expect(await page.locator("[aria-live=polite]").innerText()).toMatch(/^token \d+, tile \d+, patch row/);
		});

		test("a slider redraws and recounts at once", async () => {
			const { page } = example;
			const slider = page.getByLabel("anyres_max", { exact: true });
			await slider.focus();
			await slider.press("Home");
			const { counter } = counterOfPage({ anyres_max: 1 });
			const { visualTokens } = counter.count({ media: [{ kind: "image", width: 1107, height: 820 }] });
			expect(await bigNumber(page)).toBe(`${group(visualTokens)} visual tokens`);
		});
	});

	test("200 random sizes count as core counts them", async () => {
		const { page } = await studio.open({ height: 14_000 });
		const media = randomMedia(200);
		await type(page, media.map(({ typed }) => typed).join(", "));
		await expect.poll(() => page.locator(".row").count(), { timeout: 30_000 }).toBe(200);
		const { counter } = counterOfPage({});
		const expected = media.map(({ item }) => group(counter.count({ media: [item] }).visualTokens));
		expect(await rowCounts(page)).toEqual(expected);
	});

	test("files that cannot be counted are named beside the rest, which goes on", async () => {
		const { page, complaints } = await studio.open();
		const market = EXAMPLE("market.jpg");
		await drop(page, [
			{ name: "sound.jpg", mimeType: "image/jpeg", buffer: market },
			{ name: "cut.png", mimeType: "image/png", buffer: EXAMPLE("chart.png").subarray(0, 20) },
			{ name: "cut.mp4", mimeType: "video/mp4", buffer: EXAMPLE("delivery.mp4").subarray(0, 400) },
			{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no image") },
			{ name: "empty.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) },
			{ name: "huge.png", mimeType: "image/png", buffer: hugePng() },
			{ name: "half.jpg", mimeType: "image/jpeg", buffer: market.subarray(0, 30_000) },
		]);
		await page.waitForSelector("text=4 files left out");
		const said = await page.locator(".left-out li").allInnerTexts();
		expect(said.map((line) => line.split(" ")[0]).sort()).toEqual([
			"cut.mp4",
			"cut.png",
			"empty.jpg",
			"notes.txt",
		]);
		expect(await page.locator(".row-name").allInnerTexts()).toEqual(["sound.jpg", "huge.png", "half.jpg"]);
		await page.click("text=half.jpg");
		await page.waitForSelector("text=not shown:");
		await page.click("text=sound.jpg");
		await page.waitForSelector("text=the reference's pixels, to the bit");
		expect(complaints).toEqual([]);
	});

	test("words that are no size are refused with what to type", async () => {
		const { page } = await studio.open();
		await type(page, "a big photo");
		expect(await page.locator("#sizes-problem").innerText()).toContain("type 1920x1080");
		await type(page, "4x 1080p, 60 s 720p clip");
		expect(await page.locator(".row-name").allInnerTexts()).toEqual(["4x 1080p", "60 s 720p clip"]);
	});

	test("a dropped clip shows the frames the model takes", async () => {
		const { page, complaints } = await studio.open();
		await drop(page, [{ name: "clip.mp4", mimeType: "video/mp4", buffer: EXAMPLE("delivery.mp4") }]);
		await page.waitForSelector("text=32 of 288 frames");
		await page.waitForSelector("canvas[aria-label^='Bytes of 288 frames']");
		await page.locator(".frames button").nth(2).click();
		await page.waitForSelector("text=Frame 4 of 32");
		// 196 tokens a frame: the middle of the fourth.
		expect(await page.locator(".loupe h2").innerText()).toMatch(/^Token 6\d\d$/);
		expect(complaints).toEqual([]);
	});

	test("compares models, sorts, filters and pins them", async () => {
		const { page, complaints } = await studio.open();
		await page.click("text=Compare");
		await page.waitForSelector(".models-table tbody tr:nth-child(10)");
		const names = (): Promise<string[]> => page.locator(".model-name").allInnerTexts();
		const tokens = await page.locator(".bar-cell").allInnerTexts();
		const values = tokens.map((text) => Number(text.replace(/\D/g, "")));
		expect(values).toEqual([...values].sort((a, b) => a - b));
		const last = (await names()).at(-1) ?? "";
		await page.click(`[aria-label="Pin ${last}"]`);
		expect((await names())[0]).toBe(last);
		await page.fill("[aria-label='Filter models']", "qwen");
		expect((await names()).slice(1).every((name) => name.includes("Qwen"))).toBe(true);
		await page.waitForSelector(".curves svg.plot");
		expect(await page.locator(".crossings li").count()).toBeGreaterThan(0);
		expect(await axeViolations(page)).toEqual([]);
		expect(complaints).toEqual([]);
	});

	test("exercise 1 of the lesson is three clicks away, and answers as core does", async () => {
		const { page, complaints } = await studio.open();
		await page.click("text=Plan");
		await page.click("text=Exercise 1: a product");
		const expected = plan({
			...{ model: MODEL, budget: 3700, mix: { "single-image": 80, "multi-image": 10, video: 10 } },
			media: parse(EXERCISE).media,
			limits: { frames: { min: 8, max: 16 } },
			hardware: { accelerator: "h100-sxm", count: 64 },
		});
		const headline = `${group(Math.round(expected.expectedTokens))} visual tokens per sample`;
		await page.waitForSelector(`h1:has-text("${headline}")`);
		const summaries = await page.locator(".allocation-summary").allInnerTexts();
		expect(summaries).toEqual(expected.scenarios.map(({ chosen }) => chosen.allocation.summary));
		await page.waitForSelector(".plan svg.plot");
		expect(await axeViolations(page)).toEqual([]);
		expect(complaints).toEqual([]);
	});

	test("the mix moves by keyboard, a point of a frontier can be picked, and the address keeps it all", async () => {
		const { page } = await studio.open({ at: "#1;v=plan;x=50-30-20" });
		const border = page.getByRole("slider", { name: "Border of several images and video" });
		await border.press("Shift+ArrowLeft");
		await page.waitForSelector(".mix-names >> text=30 %");
		// A newer plan has other frontiers, and drops what was picked on those before.
		await page.waitForSelector('.plan-answer[aria-busy="false"] .pick');
		const single = page.locator(".pick").first();
		await single.getByRole("slider").press("End");
		await single.getByRole("button", { name: /Plan with a budget/ }).click();
		// The page's policy allows no polling from inside.
		await expect
			.poll(() => page.evaluate<string>("location.hash"), { timeout: 30_000 })
			.toMatch(/x=50-20-30.*b=|b=.*x=50-20-30/);
	});

	test("a link of another version opens as far as it can, and says what it left out", async () => {
		const link = "#9;m=qwen2.5-vl-7b;r=640x480*3,1280x720@30:60;zz=1;b=abc";
		const { page } = await studio.open({ at: link });
		expect(await page.locator(".row").count()).toBe(4);
		expect(await page.locator(".picker").innerText()).toContain("Qwen2.5-VL 7B");
		const said = await page.locator(".notice").innerText();
		expect(said).toContain("version 9");
		expect(said).toContain('"zz=1", "b=abc"');
	});

	test("takes the plan and the image away", async () => {
		const options = "training.method:lora,hardware.pricePerHour:2,curriculum.order:onevision+knowledge";
		const { page, complaints } = await studio.open({ at: `#1;v=take;q=${options}` });
		const saved = async (name: string): Promise<Buffer> => {
			const [download] = await Promise.all([
				page.waitForEvent("download"),
				page.getByRole("button", { name, exact: true }).click(),
			]);
			return readFileSync(await download.path());
		};
		expect((await saved("plan.md")).toString()).toContain("# Plan: 3,500 visual tokens per sample");
		expect(JSON.parse((await saved("plan.json")).toString())).toMatchObject({
			version: 2,
			request: { training: { method: "lora" } },
			curriculum: { stages: [{ stage: "onevision" }, { stage: "knowledge" }] },
		});
		const png = await saved("Image of what the model sees");
		expect(png.subarray(1, 4).toString()).toBe("PNG");
		expect(await page.locator(".copy-block").first().innerText()).toContain("#1;v=take");
		expect(await axeViolations(page)).toEqual([]);
		expect(complaints).toEqual([]);
	});

	test("plans on the Parquet parts of a profile", async () => {
		const { page } = await studio.open({ at: "#1;v=plan" });
		const folder = mkdtempSync(join(tmpdir(), "onevision-profile-"));
		writeFileSync(join(folder, "media-00000.parquet"), mediaParquet());
		await page.setInputFiles("input[aria-label='Folder of a profile']", folder);
		await page.waitForSelector("text=3 samples with 4 media");
		await page.waitForSelector("text=1 image from files");
		rmSync(folder, { recursive: true });
	});
});

/** The counter of the page: the model card's sampling, as the command counts. */
function counterOfPage(asked: Readonly<Record<string, number>>) {
	const { settings } = videoSampling(checkpointById(MODEL), asked);
	return { counter: createCounterFrom(MODEL, { ...settings, ...asked }) };
}

function group(value: number): string {
	return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Sizes from 8 to 8,000 px, every fourth a clip. A fixed generator (mulberry32). */
function randomMedia(count: number): { readonly typed: string; readonly item: MediaItem }[] {
	let state = 20_251_129;
	const random = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const side = (): number => Math.round(8 * 1000 ** random());
	return Array.from({ length: count }, (_, index) => {
		const [width, height, seconds] = [side(), side(), 1 + Math.floor(random() * 600)];
		return index % 4 === 3
			? {
					typed: `${seconds} s ${width}x${height} clip`,
					item: { kind: "video", width, height, frames: seconds * 30, fps: 30 },
				}
			: { typed: `${width}x${height}`, item: { kind: "image", width, height } };
	});
}

/** A header of 60,000 × 60,000 px and nothing behind it. */
function hugePng(): Buffer {
	const head = Buffer.from(EXAMPLE("chart.png").subarray(0, 64));
	head.writeUInt32BE(60_000, 16);
	head.writeUInt32BE(60_000, 20);
	return head;
}

/** The media table of a profile: an image, two images of one sample, a clip. */
function mediaParquet(): Uint8Array {
	const column = (name: string, type: "INT64" | "INT32" | "STRING" | "DOUBLE", data: unknown[]) => ({
		...{ name, type, data, nullable: true },
	});
	return new Uint8Array(
		parquetWriteBuffer({
			columnData: [
				column("sample", "INT64", [0n, 1n, 1n, 2n]),
				column("kind", "STRING", ["image", "image", "image", "video"]),
				column("width", "INT32", [1920, 640, 640, 1280]),
				column("height", "INT32", [1080, 480, 480, 720]),
				column("frames", "INT32", [null, null, null, 300]),
				column("fps", "DOUBLE", [null, null, null, 30]),
			],
		}),
	);
}
