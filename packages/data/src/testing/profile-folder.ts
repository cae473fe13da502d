/** Profiles as packing reads them, without data sets behind them. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkpointById } from "@onevision/core";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { ProfileAbout, ProfileState } from "../profile/state.ts";
import { Totals } from "../profile/totals.ts";
import { folderOf } from "./files.ts";

export interface MadeRow {
	/** Absent: left out of the profile. */
	readonly length?: number;
	readonly towerTokens?: number;
	readonly media?: number;
	readonly findings?: string;
	/** `[turns, tokens, media, tower tokens, label tokens]` before each place to cut. */
	readonly cuts?: readonly (readonly number[])[];
	/** Default: the row's number, times 100. */
	readonly offset?: number;
}

/** Writes a finished profile of these rows and returns its folder. */
export function profileFolder(rows: readonly MadeRow[], partRows = 1000, isDone = true): string {
	const folder = folderOf();
	mkdirSync(join(folder, "parts"));
	for (let part = 0; part * partRows < rows.length; part++) {
		const own = rows.slice(part * partRows, (part + 1) * partRows);
		const column = (
			name: string,
			type: "INT32" | "INT64" | "STRING" | "JSON",
			of: (row: MadeRow, index: number) => unknown,
		) => ({
			...{ name, type, nullable: true },
			data: own.map((row, index) => of(row, part * partRows + index) ?? null),
		});
		const bytes = parquetWriteBuffer({
			columnData: [
				column("sample", "INT64", (_, index) => BigInt(index)),
				column("file", "STRING", (_, index) => (index % 3 === 0 ? "b.parquet" : "a.json")),
				column("offset", "INT64", ({ offset }, index) =>
					index % 3 === 0 ? undefined : BigInt(offset ?? 100 * index),
				),
				column("row", "INT64", (_, index) => (index % 3 === 0 ? BigInt(index) : undefined)),
				column("findings", "STRING", ({ length, findings }) =>
					length === undefined ? undefined : (findings ?? ""),
				),
				column("media", "INT32", ({ length, media }) => (length === undefined ? undefined : (media ?? 0))),
				column("tower_tokens", "INT32", ({ length, towerTokens }) =>
					length === undefined ? undefined : (towerTokens ?? 0),
				),
				column("visual_tokens", "INT32", ({ length, towerTokens }) =>
					length === undefined ? undefined : (towerTokens ?? 0),
				),
				column("length", "INT32", ({ length }) => length),
				column("cuts", "JSON", ({ cuts }) => cuts),
			],
		});
		writeFileSync(
			join(folder, "parts", `samples-${String(part).padStart(6, "0")}.parquet`),
			new Uint8Array(bytes),
		);
	}
	const about: ProfileAbout = {
		sets: [{ path: "made", format: "llava" }],
		checkpoint: checkpointById("llava-onevision-qwen2-7b-ov"),
		...{ settings: {}, text: "made", applyOrientation: false, applyRotation: false, seed: 0 },
	};
	const state: ProfileState = {
		...{ version: 2, request: "made", about, done: [], isDone, totals: new Totals().stored() },
	};
	writeFileSync(join(folder, "state.json"), JSON.stringify(state));
	return folder;
}
