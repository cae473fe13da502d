/** The two tables of a profile as Parquet: one row per sample, and one per medium. */

import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { Refusal } from "../left-out.ts";
import type { Position } from "../record.ts";
import type { Cut, MeasuredSample } from "./measure.ts";

type Cell = string | number | boolean | readonly (readonly number[])[] | undefined;
type Columns<Row> = Readonly<
	Record<
		string,
		{
			readonly type: "STRING" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN" | "JSON";
			readonly of: (row: Row) => Cell;
		}
	>
>;

/** A row of the sample table: measured or skipped, with its position. */
export interface SampleEntry {
	/** Its number in the profile; media refer to it. */
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
	findings: {
		type: "STRING",
		of: (entry) =>
			measured(entry)
				?.findings.map(({ finding }) => finding)
				.join(" "),
	},
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
	has_audio: { type: "BOOLEAN", of: (entry) => video(entry)?.hasAudio },
	seconds: { type: "DOUBLE", of: (entry) => video(entry)?.durationSeconds },
	visual_tokens: { type: "INT32", of: ({ medium }) => medium.visualTokens },
	tower_tokens: { type: "INT32", of: ({ medium }) => medium.towerTokens },
	// Of profiles that look for duplicates.
	content: { type: "STRING", of: ({ medium }) => medium.identity?.content },
	look: { type: "STRING", of: ({ medium }) => medium.identity?.look },
	path: { type: "STRING", of: ({ medium }) => medium.identity?.path },
	start: { type: "INT64", of: ({ medium }) => medium.identity?.start },
} as const satisfies Columns<MediumEntry>;

/** The tables of one part, encoded a row group at a time. */
export class PartTables {
	readonly #samples = new Table(SAMPLE_COLUMNS);
	readonly #media = new Table(MEDIUM_COLUMNS);

	add(entry: SampleEntry): void {
		this.#samples.add(entry);
		for (const [index, medium] of (measured(entry)?.media ?? []).entries()) {
			this.#media.add({ sample: entry.sample, index, medium });
		}
	}

	/** The files' bytes; nothing can be added any more. Skipped samples have no media. */
	finish(): { readonly samples: readonly Uint8Array[]; readonly media: readonly Uint8Array[] } {
		return { samples: this.#samples.finish(), media: this.#media.finish() };
	}
}

/** Rows per row group. */
const GROUP_ROWS = 10_000;

/**
 * Cells are kept by column, not the rows they are from: those are objects of many parts, and would be copied by every
 * collection of garbage until their group is written.
 */
class Table<Row> {
	readonly #columns: readonly (Columns<Row>[string] & { readonly name: string; cells: unknown[] })[];
	readonly #writer = new ByteWriter();
	readonly #parquet: ParquetWriter;
	readonly #bytes: Uint8Array[] = [];
	#rows = 0;

	constructor(columns: Columns<Row>) {
		this.#columns = Object.entries(columns).map(([name, { type, of }]) => ({ name, type, of, cells: [] }));
		const columnData = this.#columns.map(({ name, type }) => ({ name, type, nullable: true, data: [] }));
		this.#parquet = new ParquetWriter({ writer: this.#writer, schema: schemaFromColumnData({ columnData }) });
	}

	add(row: Row): void {
		for (const column of this.#columns) column.cells.push(column.of(row) ?? null);
		this.#rows++;
		if (this.#rows >= GROUP_ROWS) this.#flush();
	}

	finish(): readonly Uint8Array[] {
		this.#flush();
		this.#parquet.finish();
		this.#take();
		return this.#bytes;
	}

	#flush(): void {
		if (this.#rows === 0) return;
		const columnData = this.#columns.map(({ name, type, cells }) => ({
			name,
			data: type === "INT64" ? cells.map((cell) => (typeof cell === "number" ? BigInt(cell) : cell)) : cells,
		}));
		this.#parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
		for (const column of this.#columns) column.cells = [];
		this.#rows = 0;
		this.#take();
	}

	/** Moves what is encoded out of the writer's buffer, which would grow by copying. */
	#take(): void {
		this.#bytes.push(this.#writer.getBytes().slice());
		this.#writer.index = 0;
	}
}
