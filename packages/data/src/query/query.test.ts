/** SQL over a stored profile: what it answers, and everything else it refuses. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createCounter } from "@onevision/core";
import { beforeAll, expect, test } from "vitest";
import { profileData } from "../profile/run.ts";
import { SLICE_SIZES } from "../readers/reader.ts";
import { folderOf } from "../testing/files.ts";
import { png } from "../testing/images.ts";
import { ESTIMATED_TEXT } from "../text/meter.ts";
import { queryProfile } from "./query.ts";

let out = "";

beforeAll(async () => {
	const turns = [{ from: "human", value: "<image>" }];
	const rows = ["a", "it's \\", "c"].map((id) => ({
		id,
		image: id === "c" ? "no.png" : "a.png",
		conversations: turns,
	}));
	const folder = folderOf({ "a.png": png(640, 480), "set.json": JSON.stringify(rows) });
	out = join(folder, "o'ut");
	await profileData({
		...{ paths: [join(folder, "set.json")], out, counter: createCounter("llava-onevision-qwen2-7b-ov") },
		...{ text: ESTIMATED_TEXT, applyOrientation: false, applyRotation: false },
		sliceSizes: { ...SLICE_SIZES, json: 10 },
	});
});

async function rowsOf(sql: string) {
	const { columns, batches } = await queryProfile(out, sql);
	const rows = [];
	for await (const batch of batches) rows.push(...batch);
	return { columns, rows };
}

test("both tables, over all parts, with values as JSON has them", async () => {
	expect(
		await rowsOf("select id, width from samples left join media using (sample) order by sample"),
	).toEqual({
		columns: ["id", "width"],
		rows: [
			["a", 640],
			["it's \\", 640],
			[null, null],
		],
	});
	const values =
		"1::bigint a, 9007199254740993 a, date '2020-01-02' c, '\\x5C'::blob d, [1, null] e, {f: 1.5} g, 'nan'::float h";
	expect(await rowsOf(`select ${values}`)).toEqual({
		columns: ["a", "a:1", "c", "d", "e", "g", "h"],
		rows: [[1, "9007199254740993", "2020-01-02T00:00:00.000Z", "XA==", [1, null], { f: 1.5 }, "NaN"]],
	});
	expect((await rowsOf("from samples where false")).rows).toEqual([]);
});

test.each([
	["select 1; select 2", "expected one SELECT"],
	["", "expected one SELECT"],
	["copy (select 1) to 'PARTS/x.csv'", "expected one SELECT"],
	["attach 'PARTS/x.db'", "expected one SELECT"],
	["set enable_external_access = true", "expected one SELECT"],
	["install httpfs", "expected one SELECT"],
	["from read_text('/etc/hostname')", "Permission Error"],
	["from glob('/etc/*')", "Permission Error"],
	["from 'https://127.0.0.1/x.parquet'", "Error"],
	["selec", "Parser Error"],
	["select nothing from samples", "nothing"],
])("%j is refused in one line", async (sql, message) => {
	const parts = join(out, "parts").replaceAll("'", "''");
	const failed = rowsOf(sql.replace("PARTS", parts));
	await expect(failed).rejects.toMatchObject({
		code: "invalid-input",
		message: expect.stringContaining(message),
	});
	expect(readdirSync(join(out, "parts")).every((name) => name.endsWith(".parquet"))).toBe(true);
});

test("a folder without a profile", async () => {
	await expect(queryProfile(folderOf(), "select 1")).rejects.toMatchObject({ code: "invalid-input" });
});
