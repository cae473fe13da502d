/** The report: what it says of a made profile, that it needs nothing else, and that names in it stay text. */

import { createHash } from "node:crypto";
import { checkpointById } from "@onevision/core";
import { expect, test } from "vitest";
import type { MeasuredSample } from "../profile/measure.ts";
import { reportOf } from "../profile/report.ts";
import { Tally } from "../profile/tally.ts";
import { Totals } from "../profile/totals.ts";
import { axisEnd, binned, exceeding } from "./bins.ts";
import { renderReportPage } from "./page.ts";

const HOSTILE = `</title><script>alert(1)</script>" onload='x' \u202egnp.png`;
const CHECKPOINT = checkpointById("llava-onevision-qwen2-7b-ov");

function sample(length: number, visualTokens: number, id: string): MeasuredSample {
	const header = { kind: "image", format: "png", width: 30 * length, height: 100, orientation: 1 } as const;
	const medium = {
		kind: "image",
		name: HOSTILE,
		header,
		bytes: 4000,
		visualTokens,
		towerTokens: 729,
	} as const;
	return {
		...{ id, position: { file: HOSTILE, offset: 12 }, scenario: "single-image", media: [medium] },
		...{ visualTokens, towerTokens: 729, textTokens: length - visualTokens, labelTokens: 5, length },
		...{ mediaEnd: visualTokens, labelStart: length - 5 },
		findings: length > 290 ? [{ finding: "placeholders-differ", detail: HOSTILE }] : [],
	};
}

function made(): Totals {
	const totals = new Totals();
	for (let index = 0; index < 300; index++) totals.add(index, sample(index + 20, index + 1, `<b>${index}`));
	totals.recordSkipped(300, { reason: "missing-media", message: HOSTILE }, { file: "/data/a.json", row: 7 });
	return totals;
}

async function render(totals: Totals): Promise<string> {
	const settings = { parity: "transformers" };
	const report = reportOf(totals, { model: CHECKPOINT, settings, maxLengths: [64, 250, 260], budget: 280 });
	return renderReportPage({
		about: {
			...{ sets: [{ path: HOSTILE, format: "llava" }], checkpoint: CHECKPOINT, settings, text: "estimated" },
			...{ applyOrientation: true, applyRotation: true, seed: 0 },
		},
		...{ totals, report },
		near: (text) => text.replace("/data/", ""),
	});
}

const PAGE = render(made());

test("every number has its place, and names of files stay text", async () => {
	const page = await PAGE;
	expect(page.slice(0, 32)).toBe('<!doctype html>\n<html lang="en">');
	const told = [
		"<dt>Samples</dt><dd>301</dd><dd>300 profiled</dd>",
		"<dt>Left out</dt><dd>1</dd><dd>0.3 % of the samples</dd>",
		"<dt>Suggested max_length</dt><dd>320</dd>",
		"20 of 300 samples are over it",
		"a.json, row 7",
		"<h3>1 <b>missing-media</b>",
		"<h3>29 <b>placeholders-differ</b>",
		"&lt;/title&gt;&lt;script&gt;alert(1)",
		"&lt;b&gt;299",
	];
	expect(told.filter((text) => !page.includes(text))).toEqual([]);
	// 64 cuts 255 samples, of which 236 have more visual tokens than that.
	expect(page).toMatch(
		/<th[^>]*>64<\/th><td[^>]*>255<\/td><td[^>]*>85 %<\/td><td[^>]*>32,640<\/td><td[^>]*>236</,
	);
	expect(page).not.toMatch(/NaN|undefined|Infinity/);
	expect(page.match(/<svg/g)?.length).toBe(page.match(/<\/svg>/g)?.length);
	expect(/<script|onload='|<b>\d|\u202e/.exec(page)).toBeNull();
});

test("nothing is loaded, nothing runs, and only its own style applies", async () => {
	const page = await PAGE;
	const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
	expect(page.match(/<style/g)).toHaveLength(1);
	const hash = createHash("sha256").update(style).digest("base64");
	const [policy] = /content="default-src[^"]*"/.exec(page) ?? [];
	expect(policy).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;;`);
	const tags = page.match(/<[a-z][^>]*>/gi) ?? [];
	expect(tags.filter((tag) => /\s(style|src|href|on\w+)=/i.test(tag))).toEqual([]);
	expect(style).not.toMatch(/url\(|@import/);
});

test("a set of which nothing is profiled has its reasons and no charts", async () => {
	const totals = new Totals();
	totals.recordSkipped(0, { reason: "broken-row", message: "not JSON" }, { file: "a.json", offset: 0 });
	const page = await render(totals);
	expect(page.includes("<h3>1 <b>broken-row</b>")).toBe(true);
	expect(/<svg|NaN|Suggested/.exec(page)).toBeNull();
});

test("bins hold every value once; a long thin tail is counted beyond the axis", () => {
	const tally = new Tally();
	for (let value = 0; value < 5000; value++) tally.add(value % 900);
	tally.add(60_000);
	const { bins, end, beyond } = binned(tally);
	expect([end, beyond, axisEnd(tally)]).toEqual([900, 1, 899]);
	expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
	expect(bins[1]).toEqual({ from: 20, to: 40, count: 120 });
	const curve = exceeding(tally, 899);
	expect([curve[0], curve.at(-1)]).toEqual([
		[0, 4995],
		[899, 1],
	]);
	for (const [limit, count] of curve) expect(count).toBe(tally.above(limit).count);
	const rates = new Tally([[2398, 3]]);
	expect(binned(rates, 2398, 100).bins.at(-1)).toEqual({ from: 23.5, to: 24, count: 3 });
	expect(binned(new Tally([[2, 9]]))).toMatchObject({ isSingle: true, end: 3 });
});
