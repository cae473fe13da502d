/**
 * SQL over the tables of a stored profile, by DuckDB inside the process. A query only reads, and only these tables: one
 * SELECT is accepted, and file and network access is off beyond the profile's parts.
 */

import { existsSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import type { DuckDBConnection, JS } from "@duckdb/node-api";
import { OnevisionError } from "@onevision/base";
import { DUPLICATES_FILE } from "../duplicates/find.ts";
import { partFiles } from "../profile/slice.ts";
import { partsIn, readState } from "../profile/state.ts";

const NOT_ONE_SELECT = "query: expected one SELECT; a profile is only read";

/** A value as JSON has it: times as ISO text, bytes as base64, integers over 2^53 as text. */
export type QueryValue =
	| null
	| boolean
	| number
	| string
	| readonly QueryValue[]
	| { readonly [key: string]: QueryValue };

export interface QueryResult {
	/** Names, made different where the query repeats one. */
	readonly columns: readonly string[];
	/** Rows in batches. Read them to the end, or leave the loop: either closes the database. */
	readonly batches: AsyncIterable<readonly (readonly QueryValue[])[]>;
}

/**
 * Runs one SELECT over `samples` and `media`, the tables of the profile in `folder`, and `duplicates` if they were looked
 * for; of an unfinished one, over what is done.
 *
 * @throws OnevisionError `invalid-input` for a folder without a profile, for anything but one SELECT, and for an error
 * in the query; `unsupported` if DuckDB is not installed
 */
export async function queryProfile(folder: string, sql: string): Promise<QueryResult> {
	const state = await readState(folder);
	if (state === undefined)
		throw new OnevisionError("invalid-input", `${folder}: no profile there; check the path`);
	const parts = partsIn(state);
	if (parts.length === 0)
		throw new OnevisionError("invalid-input", `${folder}: the profile has no samples yet`);
	const duckdb = await loadDuckdb();
	const instance = await duckdb.DuckDBInstance.create(":memory:", {
		autoinstall_known_extensions: "false",
		autoload_known_extensions: "false",
		// Nothing is spilled to disk.
		temp_directory: "",
	});
	const connection = await instance.connect();
	const close = (): void => {
		connection.closeSync();
		instance.closeSync();
	};
	try {
		await openTables(connection, join(resolve(folder), "parts"), parts);
		const statements = await connection.extractStatements(sql);
		const statement = statements.count === 1 ? await statements.prepare(0) : undefined;
		if (statement?.statementType !== duckdb.StatementType.SELECT) {
			throw new OnevisionError("invalid-input", NOT_ONE_SELECT);
		}
		const result = await statement.stream();
		const batches = (async function* () {
			try {
				for await (const rows of result.yieldRowsJs()) yield rows.map((row) => row.map(plain));
			} catch (error) {
				throw refused(error);
			} finally {
				close();
			}
		})();
		return { columns: result.deduplicatedColumnNames(), batches };
	} catch (error) {
		close();
		throw refused(error);
	}
}

async function openTables(
	connection: DuckDBConnection,
	folder: string,
	parts: readonly number[],
): Promise<void> {
	const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
	for (const [index, table] of ["samples", "media"].entries()) {
		const files = parts.map((part) => text(join(folder, partFiles(part)[index] ?? "")));
		await connection.run(`create view ${table} as select * from read_parquet([${files.join(", ")}])`);
	}
	const duplicates = join(folder, "..", DUPLICATES_FILE);
	if (existsSync(duplicates)) {
		await connection.run(`create table duplicates as select * from read_parquet(${text(duplicates)})`);
	}
	await connection.run(`set allowed_directories = [${text(`${folder}${sep}`)}]`);
	await connection.run("set enable_external_access = false");
	await connection.run("set lock_configuration = true");
}

async function loadDuckdb(): Promise<typeof import("@duckdb/node-api")> {
	try {
		return await import("@duckdb/node-api");
	} catch (error) {
		const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
		const why = isMissing ? "is not installed" : "has no binary for this platform";
		throw new OnevisionError(
			"unsupported",
			`queries need the package @duckdb/node-api, which ${why}; npm install @duckdb/node-api`,
		);
	}
}

/** DuckDB's own errors are those of the query; their first line says what is wrong. */
function refused(error: unknown): unknown {
	if (error instanceof OnevisionError || !(error instanceof Error)) return error;
	// What it says of an empty text.
	if (/^Error in native/.test(error.message)) return new OnevisionError("invalid-input", NOT_ONE_SELECT);
	const [first = ""] = error.message.replace(/^Failed to extract statements: /, "").split("\n");
	return new OnevisionError("invalid-input", `query: ${first}`);
}

function plain(value: JS): QueryValue {
	if (typeof value === "bigint")
		return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
	if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
	if (value === null || typeof value !== "object") return value ?? null;
	if (value instanceof Date) return value.toISOString();
	if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
	if (Array.isArray(value)) return value.map((each) => plain(each as JS));
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each as JS)]));
}
