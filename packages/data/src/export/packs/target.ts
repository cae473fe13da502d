/** What a target that takes packs provides: how a part of the packs is written, and what completes the export. */

import type { Pack, PackHeader, PackSlot } from "../../pack/manifest.ts";
import type { MediaKind, Turn } from "../../record.ts";
import type { ExportRefusal } from "../left-out.ts";
import type { FoundMedium } from "../media-bytes.ts";
import type { ExportFile } from "../target.ts";

/** A sample of a pack, or its piece, with as many media as placeholders. */
export interface PackedSample {
	readonly slot: PackSlot;
	readonly id?: string;
	readonly turns: readonly Turn[];
	readonly media: readonly { readonly kind: MediaKind; readonly bytes: FoundMedium }[];
}

export interface PackContent {
	readonly pack: Pack;
	readonly samples: readonly PackedSample[];
}

/** Writes files that appear whole when the part is done. */
export interface PartWriter {
	/** Bytes to add to a file of the part, relative to the export's folder. */
	write(file: string, pieces: readonly Uint8Array[]): Promise<void>;
	/** A small file, written beside when the part is done. */
	addFile(file: string, bytes: Uint8Array): void;
}

/** A file of samples that a part wrote, with the number of samples that its readers see in it. */
export interface WrittenShard {
	readonly file: string;
	readonly samples: number;
}

export interface PackTarget {
	readonly title: string;
	readonly source: string;
	/** Whether the target has a form for a sample. */
	refusalOf(sample: PackedSample): ExportRefusal | undefined;
	/** Writes packs, whose samples all have a form; returns its shards. */
	writePart(
		part: number,
		packs: AsyncIterable<PackContent>,
		writer: PartWriter,
	): Promise<readonly WrittenShard[]>;
	/** Files that complete the export, and what its layout cannot say. */
	finish(
		shards: readonly WrittenShard[],
		header: PackHeader,
		split: readonly number[],
	): {
		readonly files: readonly ExportFile[];
		readonly notes: readonly string[];
		readonly run: readonly string[];
	};
}
