/**
 * WebDataset: a tar sample for each sample, in the order of the packs, with the pack in its JSON. The samples of a folder
 * have the same fields, because `datasets` takes the columns from the first five samples of a set and drops every other
 * field without a word. Sources: webdataset/webdataset src/webdataset/tariterators.py; datasets 5.0.1
 * packaged_modules/webdataset.
 */

import type { MediaKind } from "../../record.ts";
import { partName } from "../parts.ts";
import { textOf } from "../rows.ts";
import { TAR_END, tarMember } from "./tar-writer.ts";
import type { PackedSample, PackTarget, WrittenShard } from "./target.ts";

const EXTENSIONS = { image: "jpg", video: "mp4" } as const satisfies Record<MediaKind, string>;

export const webdataset: PackTarget = {
	title: "WebDataset shards, a folder for each set of fields",
	source:
		"webdataset/webdataset src/webdataset/tariterators.py `base_plus_ext`; datasets 5.0.1 packaged_modules/webdataset/webdataset.py",
	refusalOf: () => undefined,
	writePart: async (part, packs, writer) => {
		const counts = new Map<string, number>();
		for await (const { pack, samples } of packs) {
			for (const [index, sample] of samples.entries()) {
				const file = `${folderOf(sample)}/shard-${partName(part)}.tar`;
				// Underscores, not dots: the key ends at the first dot.
				const key = `p${String(pack.id).padStart(8, "0")}_${String(index).padStart(4, "0")}`;
				const fields = fieldsOf(sample);
				for (const [medium, { bytes }] of sample.media.entries())
					await writer.write(file, tarMember(`${key}.${fields[medium]}`, await bytes.read()));
				await writer.write(file, tarMember(`${key}.json`, json(sample, pack.id, fields)));
				counts.set(file, (counts.get(file) ?? 0) + 1);
			}
		}
		const shards: WrittenShard[] = [];
		for (const [file, samples] of counts) {
			await writer.write(file, [TAR_END]);
			shards.push({ file, samples });
		}
		return shards;
	},
	finish: (shards) => {
		const folders = [...new Set(shards.map(({ file }) => file.replace(/\/[^/]*$/, "")))].sort();
		return {
			files: [],
			run: folders.map(
				(folder) =>
					`python -c 'import datasets; print(datasets.load_dataset("webdataset", data_files="${folder}/*.tar"))'`,
			),
			notes: [
				"samples are single, in the order of their packs; pack and place stand in their JSON: packing is up to the trainer",
				"images are named .jpg and videos .mp4, whatever their format, so that all samples of a folder have the same fields",
			],
		};
	},
};

/** Samples with the same kinds of media share a folder: `images-2`, `text`, `images-1-videos-1`. */
function folderOf({ media }: PackedSample): string {
	const parts = (["image", "video"] as const).flatMap((kind) => {
		const count = media.filter((each) => each.kind === kind).length;
		return count === 0 ? [] : [`${kind}s-${count}`];
	});
	return parts.length === 0 ? "text" : parts.join("-");
}

/** Fields of the media: `jpg` alone, `0.jpg`, `1.jpg` of several; images and videos are numbered apart. */
function fieldsOf({ media }: PackedSample): readonly string[] {
	const seen = { image: 0, video: 0 };
	return media.map(({ kind }) => {
		const isAlone = media.filter((each) => each.kind === kind).length === 1;
		const index = seen[kind]++;
		return isAlone ? EXTENSIONS[kind] : `${index}.${EXTENSIONS[kind]}`;
	});
}

function json({ id, turns, media, slot }: PackedSample, pack: number, fields: readonly string[]): Uint8Array {
	const named = (kind: MediaKind) => fields.filter((_, index) => media[index]?.kind === kind);
	return Buffer.from(
		JSON.stringify({
			id: id ?? "",
			pack,
			start: slot.start,
			length: slot.length,
			messages: turns.map((turn) => ({
				role: turn.role,
				content: textOf(turn),
				loss: turn.isTrained !== false,
			})),
			images: named("image"),
			videos: named("video"),
		}),
	);
}
