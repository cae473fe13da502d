/** The tables of a manifest as Parquet: a row a pack, a row a slot, a row a sample left out; and back. */

import { type AsyncBuffer, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Position } from "../record.ts";
import {
	PACK_LEFT_OUT_REASONS,
	type Pack,
	type PackLeftOut,
	type PackLeftOutReason,
	type PackSlot,
	type Piece,
} from "./manifest.ts";

type Cell = string | number | undefined;
type Type = "STRING" | "INT32" | "INT64";
type Columns<Row> = Readonly<Record<string, { readonly type: Type; readonly of: (row: Row) => Cell }>>;

const PACK_COLUMNS = {
	pack: { type: "INT32", of: ({ id }) => id },
	capacity: { type: "INT32", of: ({ capacity }) => capacity },
	length: { type: "INT32", of: ({ length }) => length },
	tower_tokens: { type: "INT32", of: ({ towerTokens }) => towerTokens },
	media: { type: "INT32", of: ({ media }) => media },
	slots: { type: "INT32", of: ({ slots }) => slots.length },
	step: { type: "INT32", of: ({ place }) => place?.step },
	rank: { type: "INT32", of: ({ place }) => place?.rank },
	index: { type: "INT32", of: ({ place }) => place?.index },
} as const satisfies Columns<Pack>;

interface SlotRow {
	readonly pack: number;
	readonly slot: PackSlot;
}

const SLOT_COLUMNS = {
	pack: { type: "INT32", of: ({ pack }) => pack },
	start: { type: "INT32", of: ({ slot }) => slot.start },
	length: { type: "INT32", of: ({ slot }) => slot.length },
	// Profiles number samples by their part, far beyond 32 bits.
	sample: { type: "INT64", of: ({ slot }) => slot.sample },
	file: { type: "STRING", of: ({ slot }) => slot.position.file },
	offset: { type: "INT64", of: ({ slot }) => slot.position.offset },
	row: { type: "INT64", of: ({ slot }) => slot.position.row },
	nth: { type: "INT32", of: ({ slot }) => slot.nth },
	tower_tokens: { type: "INT32", of: ({ slot }) => slot.towerTokens },
	media: { type: "INT32", of: ({ slot }) => slot.media },
	kind: { type: "STRING", of: ({ slot }) => slot.piece?.kind ?? "whole" },
	piece: { type: "INT32", of: ({ slot }) => slot.piece?.index },
	pieces: { type: "INT32", of: ({ slot }) => slot.piece?.count },
	from_token: { type: "INT32", of: ({ slot }) => slot.piece?.tokens.from },
	to_token: { type: "INT32", of: ({ slot }) => slot.piece?.tokens.to },
	from_turn: { type: "INT32", of: ({ slot }) => slot.piece?.turns.from },
	to_turn: { type: "INT32", of: ({ slot }) => slot.piece?.turns.to },
	from_medium: { type: "INT32", of: ({ slot }) => slot.piece?.media.from },
	to_medium: { type: "INT32", of: ({ slot }) => slot.piece?.media.to },
	head_turns: { type: "INT32", of: ({ slot }) => slot.piece?.headTurns },
	head_tokens: { type: "INT32", of: ({ slot }) => slot.piece?.headTokens },
} as const satisfies Columns<SlotRow>;

const LEFT_OUT_COLUMNS = {
	sample: { type: "INT64", of: ({ sample }) => sample },
	file: { type: "STRING", of: ({ position }) => position.file },
	offset: { type: "INT64", of: ({ position }) => position.offset },
	row: { type: "INT64", of: ({ position }) => position.row },
	nth: { type: "INT32", of: ({ nth }) => nth },
	reason: { type: "STRING", of: ({ reason }) => reason },
	length: { type: "INT32", of: ({ length }) => length },
} as const satisfies Columns<PackLeftOut>;

export function packsTable(packs: readonly Pack[]): Uint8Array {
	return tableOf(PACK_COLUMNS, packs);
}

export function slotsTable(packs: readonly Pack[]): Uint8Array {
	return tableOf(
		SLOT_COLUMNS,
		packs.flatMap(({ id, slots }) => slots.map((slot): SlotRow => ({ pack: id, slot }))),
	);
}

export function leftOutTable(leftOut: readonly PackLeftOut[]): Uint8Array {
	return tableOf(LEFT_OUT_COLUMNS, leftOut);
}

/** Packs from their two tables. Throws an `Error` for a table that lacks a column or a pack its slots. */
export async function readPackTables(packs: AsyncBuffer, slots: AsyncBuffer): Promise<Pack[]> {
	const [packRows, slotRows] = [await rowsOf(packs, PACK_COLUMNS), await rowsOf(slots, SLOT_COLUMNS)];
	let next = 0;
	return packRows.map((row): Pack => {
		const id = whole(row.pack);
		const end = next + whole(row.slots);
		const own = slotRows.slice(next, end);
		if (own.length !== end - next || own.some((slot) => slot.pack !== row.pack))
			throw new Error(`pack ${id} has not the slots it claims`);
		next = end;
		return {
			id,
			capacity: whole(row.capacity),
			length: whole(row.length),
			towerTokens: whole(row.tower_tokens),
			media: whole(row.media),
			...(row.step === null
				? {}
				: { place: { step: whole(row.step), rank: whole(row.rank), index: whole(row.index) } }),
			slots: own.map(slotOf),
		};
	});
}

export async function readLeftOutTable(file: AsyncBuffer): Promise<PackLeftOut[]> {
	return (await rowsOf(file, LEFT_OUT_COLUMNS)).map((row) => {
		const { reason } = row;
		if (typeof reason !== "string" || !Object.hasOwn(PACK_LEFT_OUT_REASONS, reason))
			throw new Error(`no such reason: ${String(reason).slice(0, 80)}`);
		return {
			sample: whole(row.sample),
			position: positionOf(row),
			nth: whole(row.nth),
			reason: reason as PackLeftOutReason,
			length: whole(row.length),
		};
	});
}

type Row<C> = Readonly<Record<keyof C, unknown>>;

function slotOf(row: Row<typeof SLOT_COLUMNS>): PackSlot {
	const { kind } = row;
	const piece = kind === "truncated" || kind === "split" ? pieceOf(kind, row) : undefined;
	return {
		sample: whole(row.sample),
		position: positionOf(row),
		nth: whole(row.nth),
		start: whole(row.start),
		length: whole(row.length),
		towerTokens: whole(row.tower_tokens),
		media: whole(row.media),
		...(piece === undefined ? {} : { piece }),
	};
}

function pieceOf(kind: Piece["kind"], row: Row<typeof SLOT_COLUMNS>): Piece {
	return {
		kind,
		index: whole(row.piece),
		count: whole(row.pieces),
		tokens: { from: whole(row.from_token), to: whole(row.to_token) },
		turns: { from: whole(row.from_turn), to: whole(row.to_turn) },
		media: { from: whole(row.from_medium), to: whole(row.to_medium) },
		headTurns: whole(row.head_turns),
		headTokens: whole(row.head_tokens),
	};
}

function positionOf({ file, offset, row }: Readonly<Record<"file" | "offset" | "row", unknown>>): Position {
	if (typeof file !== "string") throw new Error("a slot names no file");
	return {
		file,
		...(offset === null ? {} : { offset: whole(offset) }),
		...(row === null ? {} : { row: whole(row) }),
	};
}

function whole(value: unknown): number {
	const number = Number(value);
	if (value !== null && Number.isSafeInteger(number) && number >= 0) return number;
	throw new Error(`expected a whole number, got ${String(value).slice(0, 80)}`);
}

async function rowsOf<C extends Columns<never>>(file: AsyncBuffer, columns: C): Promise<Row<C>[]> {
	return (await parquetReadObjects({ file, columns: Object.keys(columns) })) as Row<C>[];
}

function tableOf<R>(columns: Columns<R>, rows: readonly R[]): Uint8Array {
	const columnData = Object.entries(columns).map(([name, { type, of }]) => {
		const data = rows.map((row) => {
			const cell = of(row);
			return type === "INT64" && typeof cell === "number" ? BigInt(cell) : (cell ?? null);
		});
		return { name, type, nullable: true, data };
	});
	return new Uint8Array(parquetWriteBuffer({ columnData }));
}
