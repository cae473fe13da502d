/**
 * Energon: tar shards with an index each, and the metadata folder, in the layout that LLaVA-OneVision-2's packed training
 * reads. A tar sample is a pack: one JSON with lists over its samples, and `img{sample}_{image}.jpg` for each image.
 * Layout: EvolvingLMMs-Lab/LLaVA-OneVision-2 offline_packing/s4_bins_to_webdataset.py and
 * aiak_training_llm/data/multimodal/task_encoder.py at 2c3c25e; NVIDIA/Megatron-Energon
 * src/megatron/energon/flavors/webdataset/{itar,metadata,structs,prepare}.py at bef8be2.
 */

import { stringify } from "yaml";
import { refuseExport } from "../left-out.ts";
import { partName } from "../parts.ts";
import { textOf } from "../rows.ts";
import { splitShards } from "./split.ts";
import { TAR_END, tarIndex, tarMember } from "./tar-writer.ts";
import type { PackContent, PackTarget, WrittenShard } from "./target.ts";

const SPLIT_PARTS = ["train", "val", "test"] as const;

export const energon: PackTarget = {
	title: "Energon shards of packs, as LLaVA-OneVision-2 trains on them",
	source:
		"EvolvingLMMs-Lab/LLaVA-OneVision-2 offline_packing/s4_bins_to_webdataset.py at 2c3c25e; NVIDIA/Megatron-Energon src/megatron/energon/flavors/webdataset at bef8be2",
	refusalOf: ({ turns, media }) => {
		if (media.some(({ kind }) => kind === "video")) return refuseExport("no-video");
		for (const role of ["system", "tool"] as const) {
			if (turns.some((turn) => turn.role === role)) return refuseExport(`${role}-turn`);
		}
		if (turns.some(({ isTrained }) => isTrained === false)) return refuseExport("untrained-turn");
		const alternates = turns.every(({ role }, index) => (role === "user") === (index % 2 === 0));
		return alternates && turns.length > 0 && turns.length % 2 === 0
			? undefined
			: refuseExport("no-alternation");
	},
	writePart: async (part, packs, writer) => {
		const file = `packs-${partName(part)}.tar`;
		const offsets: number[] = [];
		let at = 0;
		const add = async (name: string, bytes: Uint8Array): Promise<void> => {
			const pieces = tarMember(name, bytes);
			await writer.write(file, pieces);
			for (const piece of pieces) at += piece.byteLength;
		};
		for await (const { pack, samples } of packs) {
			offsets.push(at);
			// The pack's number is unique over all shards, as Energon's keys have to be.
			const key = `ps_${String(pack.id).padStart(8, "0")}`;
			for (const [index, { media }] of samples.entries()) {
				for (const [image, { bytes }] of media.entries())
					await add(`${key}.img${index}_${image}.jpg`, await bytes.read());
			}
			await add(`${key}.json`, payload(samples));
		}
		if (offsets.length === 0) return [];
		writer.addFile(`${file}.idx`, tarIndex([...offsets, at]));
		await writer.write(file, [TAR_END]);
		return [{ file, samples: offsets.length }];
	},
	finish: (shards, { totals, settings }, ratios) => {
		const parts = splitShards(shards, ratios);
		const counts = Object.fromEntries(shards.map(({ file, samples }) => [file, samples]));
		const info = { energon_version: "onevision", shard_counts: counts };
		const dataset = {
			sample_type: {
				__module__: "aiak_training_llm.data.multimodal",
				__class__: "PackedCaptioningSample",
			},
			part_filter: "sample_loader.py:part_filter",
			sample_loader: "sample_loader.py:sample_loader",
		};
		const split = {
			exclude: [],
			split_parts: Object.fromEntries(
				SPLIT_PARTS.map((name, index) => [name, (parts[index] ?? []).map(({ file }) => file)]),
			),
		};
		return {
			files: [
				{ name: ".nv-meta/dataset.yaml", text: stringify(dataset) },
				{ name: ".nv-meta/split.yaml", text: stringify(split) },
				{ name: ".nv-meta/.info.yaml", text: stringify(info) },
				{ name: ".nv-meta/.info.json", text: `${JSON.stringify(info, null, 2)}\n` },
				{ name: ".nv-meta/sample_loader.py", text: SAMPLE_LOADER },
			],
			run: [
				`OFFLINE_PACKED_DATA=1 OFFLINE_PACKING_BMR=1 … --data-path $PWD --packing-sft-data --seq-length ${Math.max(...settings.capacities)}`,
			],
			notes: [
				splitNote(shards, parts),
				"every image is named .jpg, whatever its format: the loader tells formats by their bytes",
				"no patch positions are precomputed: the trainer computes them",
				"no sample index (index.sqlite) is written: training does not read it, joining data sets does, and energon prepare makes it",
				...(totals.split + totals.truncated > 0
					? [`${totals.split} samples were split and ${totals.truncated} truncated by the packing`]
					: []),
			],
		};
	},
};

function splitNote(shards: readonly WrittenShard[], parts: readonly (readonly WrittenShard[])[]): string {
	const packs = (some: readonly WrittenShard[]): number =>
		some.reduce((sum, { samples }) => sum + samples, 0);
	const each = SPLIT_PARTS.map((name, index) => {
		const own = parts[index] ?? [];
		return `${name} ${own.length} shards, ${((100 * packs(own)) / Math.max(1, packs(shards))).toFixed(1)} % of the packs`;
	});
	return `splits are whole shards by the largest remainder, none left over: ${each.join("; ")}`;
}

function payload(samples: PackContent["samples"]): Uint8Array {
	const texts = (role: "user" | "assistant") =>
		samples.map(({ turns }) => turns.filter((turn) => turn.role === role).map((turn) => textOf(turn)));
	const digits = (value: number): string => String(value).padStart(3, "0");
	return Buffer.from(
		JSON.stringify({
			images: samples.map(({ media }, sample) =>
				media.map((_, image) => `img${digits(sample)}_sub${digits(image)}.jpg`),
			),
			prompts: texts("user"),
			captions: texts("assistant"),
			sample_count: samples.length,
			patch_positions: samples.map(({ media }) => media.map(() => "")),
			timestamp_decimal: samples.map(() => 1),
		}),
	);
}

/** Turns a tar sample into the fields of `PackedCaptioningSample`. Energon may or may not have decoded them. */
const SAMPLE_LOADER = `"""Loads a pack: lists over its samples, each with its images, prompts and answers."""

import io
import json


def sample_loader(fields):
    pack = fields["json"]
    if isinstance(pack, (bytes, str)):
        pack = json.loads(pack)
    counts = [len(names) for names in pack["images"]]

    def members(extension, load=lambda value: value):
        """One list a sample; None where a member is not there."""
        names = [[f"img{i}_{j}.{extension}" for j in range(count)] for i, count in enumerate(counts)]
        return [[load(fields[name]) if name in fields else None for name in own] for own in names]

    images = members("jpg")
    if any(image is None for own in images for image in own):
        raise ValueError(f"{fields['__key__']}: an image of the pack is missing")
    loaded = {
        "__key__": fields["__key__"],
        "__restore_key__": fields["__restore_key__"],
        "images": images,
        "prompts": pack["prompts"],
        "captions": pack["captions"],
        "patch_positions": members("npy", positions),
        "timestamp_decimal": pack["timestamp_decimal"],
    }
    return loaded | ({"fps": pack["fps"]} if "fps" in pack else {})


def positions(value):
    """Patch positions that were computed before, as an array."""
    if not isinstance(value, bytes):
        return value
    import numpy

    return numpy.load(io.BytesIO(value))


def part_filter(part):
    return True
`;
