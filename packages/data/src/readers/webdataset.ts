/** WebDataset: a tar shard, or a folder of shards. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Place, ReadContext, Reader, Unit } from "./reader.ts";
import { shardUnit } from "./shard.ts";

export const webdataset: Reader = {
	title: "WebDataset",
	source: "webdataset/webdataset src/webdataset/tariterators.py `base_plus_ext`, `group_by_keys`",
	recognizes: ({ names, head }) => (names === undefined ? isTar(head) : names.some(isShardName)),
	open: async (place, context) => {
		if (place.names === undefined) return [shardUnit(place.path, place.size, context)];
		return shardUnits(place, place.names.filter(isShardName), context);
	},
};

function isShardName(name: string): boolean {
	return name.endsWith(".tar") && !name.startsWith(".");
}

/** Whether this is a header block: by its magic word, or by the numbers of the old format. */
function isTar(head: Uint8Array): boolean {
	const text = (at: number, length: number) => String.fromCharCode(...head.subarray(at, at + length));
	return head.byteLength >= 512 && (text(257, 5) === "ustar" || /^[0-7]{6,7}[\0 ]/.test(text(100, 8)));
}

/** Shards of a folder, in the given order. */
export async function shardUnits(
	{ path }: Place,
	names: readonly string[],
	context: ReadContext,
): Promise<readonly Unit[]> {
	const units: Unit[] = [];
	for (const name of names) {
		const file = join(path, name);
		// A missing shard is reported when it is read.
		const size = await stat(file).then(
			(info) => info.size,
			() => 0,
		);
		units.push(shardUnit(file, size, context));
	}
	return units;
}
