/** The two tables of a profile as Parquet: one row per sample, and one per medium. */

import { parquetWriteBuffer } from "hyparquet-writer";
import type { Refusal } from "../left-out.ts";
import type { Position } from "../record.ts";
import type { Cut, MeasuredSample } from "./measure.ts";

type Cell = string | number | boolean | readonly (readonly number[])[] | undefined;
type Columns<Row> = Readonly<
	Record<
		string,
		{ readonly type: "STRING" | "INT32" | "INT64" | "DOUBLE" | "JSON"; readonly of: (row: Row) => Cell }
	>
>;

/** A row of the sample table: measured or skipped, with its position. */
export interface SampleEntry {
	/** From 0, across all sets in order; media refer to it. */
	readonly sample: number;
	readonly position: Position;
	readonly result: MeasuredSample | Refusal;
}

const measured = ({ result }: SampleEntry): MeasuredSample | undefined =>
	"scenario" in result ? result : undefined;
const refused = ({ result }: SampleEntry): Refusal | undefined => ("reason" in result ? result : undefined);

const cutCells = ({ turns, tokens, media, towerTokens, labelTokens }: Cut): readonly number[] => [
	...[turns, tokens, media, towerTokens, labelTokens],
];

const SAMPLE_COLUMNS = {
	sample: { type: "INT64", of: ({ sample }) => sample },
	file: { type: "STRING", of: ({ position }) => position.file },
	offset: { type: "INT64", of: ({ position }) => position.offset },
	row: { type: "INT64", of: ({ position }) => position.row },
	id: { type: "STRING", of: (entry) => measured(entry)?.id },
	left_out: { type: "STRING", of: (entry) => refused(entry)?.reason },
	message: { type: "STRING", of: (entry) => refused(entry)?.message },
	findings: { type: "STRING", of: (entry) => measured(entry)?.findings.join(" ") },
	scenario: { type: "STRING", of: (entry) => measured(entry)?.scenario },
	media: { type: "INT32", of: (entry) => measured(entry)?.media.length },
	visual_tokens: { type: "INT32", of: (entry) => measured(entry)?.visualTokens },
	tower_tokens: { type: "INT32", of: (entry) => measured(entry)?.towerTokens },
	text_tokens: { type: "INT32", of: (entry) => measured(entry)?.textTokens },
	label_tokens: { type: "INT32", of: (entry) => measured(entry)?.labelTokens },
	length: { type: "INT32", of: (entry) => measured(entry)?.length },
	media_end: { type: "INT32", of: (entry) => measured(entry)?.mediaEnd },
	label_start: { type: "INT32", of: (entry) => measured(entry)?.labelStart },
	// Places to cut, each as [turns, tokens, media, tower tokens, label tokens] before it.
	cuts: { type: "JSON", of: (entry) => measured(entry)?.cuts?.map(cutCells) },
} as const satisfies Columns<SampleEntry>;

interface MediumEntry {
	readonly sample: number;
	/** From 0 within the sample. */
	readonly index: number;
	readonly medium: MeasuredSample["media"][number];
}

const video = ({ medium: { header } }: MediumEntry) => (header.kind === "video" ? header : undefined);

const MEDIUM_COLUMNS = {
	sample: { type: "INT64", of: ({ sample }) => sample },
	medium: { type: "INT32", of: ({ index }) => index },
	kind: { type: "STRING", of: ({ medium }) => medium.kind },
	name: { type: "STRING", of: ({ medium }) => medium.name },
	format: { type: "STRING", of: ({ medium }) => medium.header.format },
	bytes: { type: "INT64", of: ({ medium }) => medium.bytes },
	width: { type: "INT32", of: ({ medium }) => medium.header.width },
	height: { type: "INT32", of: ({ medium }) => medium.header.height },
	frames: { type: "INT32", of: (entry) => video(entry)?.frames },
	fps: { type: "DOUBLE", of: (entry) => video(entry)?.fps },
	seconds: { type: "DOUBLE", of: (entry) => video(entry)?.durationSeconds },
	visual_tokens: { type: "INT32", of: ({ medium }) => medium.visualTokens },
	tower_tokens: { type: "INT32", of: ({ medium }) => medium.towerTokens },
} as const satisfies Columns<MediumEntry>;

/** Rows of the sample table. */
export function samplesTable(entries: readonly SampleEntry[]): Uint8Array {
	return tableOf(SAMPLE_COLUMNS, entries);
}

/** Rows of the media table; skipped samples have none. */
export function mediaTable(entries: readonly SampleEntry[]): Uint8Array {
	const rows = entries.flatMap((entry): MediumEntry[] =>
		(measured(entry)?.media ?? []).map((medium, index) => ({ sample: entry.sample, index, medium })),
	);
	return tableOf(MEDIUM_COLUMNS, rows);
}

function tableOf<Row>(columns: Columns<Row>, rows: readonly Row[]): Uint8Array {
	const columnData = Object.entries(columns).map(([name, { type, of }]) => {
		const data = rows.map((row) => {
			const cell = of(row);
			return type === "INT64" && typeof cell === "number" ? BigInt(cell) : (cell ?? null);
		});
		return { name, type, nullable: true, data };
	});
	return new Uint8Array(parquetWriteBuffer({ columnData }));
}
