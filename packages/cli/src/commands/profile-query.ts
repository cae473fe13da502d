/** `onevision profile query`: SQL over a stored profile, printed as a table, JSON or CSV. */

import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { type QueryValue, queryProfile } from "@onevision/data";
import { EXIT } from "../exit.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

/** Rows of a table for people; all of them have to be known before the first is printed. */
const MAX_TABLE_ROWS = 1000;

export async function queryStored(
	terminal: Terminal,
	folder: string,
	sql: string,
	options: { readonly csv?: boolean; readonly json?: boolean },
): Promise<number> {
	if (options.csv && options.json)
		throw new OnevisionError("invalid-input", "--csv and --json: give one of them");
	const { columns, batches } = await queryProfile(resolve(terminal.cwd, folder), sql);
	if (options.csv) {
		await terminal.out(csvLine(columns));
		for await (const rows of batches) await terminal.out(rows.map(csvLine).join(""));
	} else if (options.json) {
		let isFirst = true;
		await terminal.out("[");
		for await (const rows of batches) {
			for (const row of rows) {
				const object = Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]));
				await terminal.out(`${isFirst ? "" : ","}\n${JSON.stringify(object)}`);
				isFirst = false;
			}
		}
		await terminal.out("\n]\n");
	} else await terminal.out(`${await tableOf(terminal, columns, batches)}\n`);
	return EXIT.done;
}

async function tableOf(
	{ colors: { dim } }: Terminal,
	columns: readonly string[],
	batches: AsyncIterable<readonly (readonly QueryValue[])[]>,
): Promise<string> {
	const shown: (readonly QueryValue[])[] = [];
	let total = 0;
	for await (const rows of batches) {
		total += rows.length;
		shown.push(...rows.slice(0, MAX_TABLE_ROWS - shown.length));
	}
	const isNumber = columns.map((_, index) =>
		shown.every((row) => ["number", "object"].includes(typeof row[index])),
	);
	const [head = "", ...body] = table(
		columns.map((title, index) => ({ title: oneLine(title), align: isNumber[index] ? "right" : "left" })),
		shown.map((row) => row.map((value) => oneLine(cell(value)))),
	);
	const more = total > shown.length ? [dim(`… ${total - shown.length} more rows; --csv prints all`)] : [];
	return [dim(head), ...body, ...more].join("\n");
}

function cell(value: QueryValue): string {
	if (value === null) return "";
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Values come from the data and may hold anything. */
function oneLine(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
}

/** RFC 4180. */
function csvLine(values: readonly QueryValue[]): string {
	const cells = values
		.map(cell)
		.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
	return `${cells.join(",")}\r\n`;
}
