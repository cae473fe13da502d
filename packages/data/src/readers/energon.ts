/** Energon: a folder of WebDataset shards with a `.nv-meta` folder that lists each split's shards. */

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { parse } from "yaml";
import type { Place, Reader } from "./reader.ts";
import { shardUnits } from "./webdataset.ts";

/** Largest file in `.nv-meta` that is read, bytes. */
const MAX_META_BYTES = 64 * 1024 * 1024;
/** Maximum shards per set. */
const MAX_SHARDS = 1_000_000;

export const energon: Reader = {
	title: "Energon",
	source:
		"NVIDIA/Megatron-Energon docs/source/basic/data_prep.md; packs as LLaVA-OneVision-1.5's and -2's offline_packing write them",
	recognizes: ({ names }) => names?.includes(".nv-meta") ?? false,
	open: async (place, context) => shardUnits(place, await trainShards(place), context),
};

/** Shards of the train split, or all shards in the folder if the split names none. */
async function trainShards(place: Place): Promise<readonly string[]> {
	const split = await readMeta(join(place.path, ".nv-meta", "split.yaml"));
	const parts = isRecord(split) && isRecord(split.split_parts) ? split.split_parts.train : undefined;
	const patterns = Array.isArray(parts) ? parts.filter((each) => typeof each === "string") : [];
	const excluded = new Set(isRecord(split) && Array.isArray(split.exclude) ? split.exclude : []);
	const named = patterns.flatMap(expandBraces).filter((name) => !excluded.has(name));
	if (named.length > MAX_SHARDS) throw unusable(place, `over ${MAX_SHARDS} shards`);
	const outside = named.find((name) => name.startsWith("/") || name.split(/[/\\]/).includes(".."));
	if (outside !== undefined)
		throw unusable(place, `its split names ${outside.slice(0, 80)}, outside the folder`);
	const shards = named.length > 0 ? named : (place.names ?? []).filter((name) => name.endsWith(".tar"));
	if (shards.length === 0)
		throw unusable(place, "no shards: split.yaml names none and the folder holds none");
	return shards;
}

function unusable({ path }: Place, why: string): OnevisionError {
	return new OnevisionError("unreadable-file", `${path}: ${why}; check .nv-meta/split.yaml`);
}

/** Reads a YAML file; `undefined` if it does not exist. */
async function readMeta(file: string): Promise<unknown> {
	try {
		if ((await stat(file)).size > MAX_META_BYTES) throw new Error("is too large");
		return parse(await readFile(file, "utf8"), { maxAliasCount: 0 });
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
		throw new OnevisionError("unreadable-file", `${file}: ${why}`);
	}
}

/** Expands `shard_{000..012}.tar` and `{a,b}.tar`; several braces give every combination. */
export function expandBraces(pattern: string): string[] {
	const match = /^([^{]*)\{([^{}]*)\}(.*)$/s.exec(pattern);
	if (match === null) return [pattern];
	const [, before = "", inner = "", after = ""] = match;
	const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(inner);
	const choices = range === null ? inner.split(",") : numbers(range[1] ?? "", range[2] ?? "");
	const rest = expandBraces(after);
	if (choices.length * rest.length > MAX_SHARDS) {
		throw new OnevisionError("over-limit", `${pattern.slice(0, 80)}: names over ${MAX_SHARDS} files`);
	}
	return choices.flatMap((choice) => rest.map((tail) => `${before}${choice}${tail}`));
}

function numbers(first: string, last: string): string[] {
	const [from, to] = [Number(first), Number(last)];
	if (Math.abs(to - from) >= MAX_SHARDS) {
		throw new OnevisionError("over-limit", `{${first}..${last}}: names over ${MAX_SHARDS} files`);
	}
	const step = from <= to ? 1 : -1;
	const count = Math.abs(to - from) + 1;
	// As in the shell, leading zeros are kept.
	const width = /^0./.test(first) || /^0./.test(last) ? Math.max(first.length, last.length) : 0;
	return Array.from({ length: count }, (_, index) => String(from + step * index).padStart(width, "0"));
}
