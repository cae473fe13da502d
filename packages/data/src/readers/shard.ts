/**
 * Tar shards of samples, as written by WebDataset and Energon: consecutive members with the same key form a sample.
 * Media stay in the shard; only text members are read.
 */

import { closeSync, openSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { SyncByteSource } from "@onevision/media";
import { openFileSource } from "../bytes/file-bytes.ts";
import { MAX_ROW_BYTES } from "../json/rows.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import type { Found, MediaReference, RowContent } from "../record.ts";
import { captioned, mediaOnly } from "../shapes/captions.ts";
import type { Row } from "../shapes/fields.ts";
import { readRow, shapeOf } from "../shapes/index.ts";
import { isPacked, unpack } from "../shapes/prompts-captions.ts";
import { type BrokenTail, type Member, tarMembers } from "../tar/members.ts";
import { kindOfName } from "./folder.ts";
import { parseJsonRow } from "./json-rows.ts";
import { type ReadContext, type Slice, type Unit, uncut } from "./reader.ts";

/** Maximum members per sample; limits memory for a shard whose members all have the same key. */
const MAX_MEMBERS = 20_000;

/** Members with the same key, in order. */
interface Group {
	readonly key: string;
	readonly start: number;
	readonly members: Map<string, Member>;
	refusal?: Refusal;
}

/** One tar file. Samples of a pack share its position. */
export function shardUnit(file: string, size: number, { counter }: ReadContext): Unit {
	const opened = async function* <T>(read: (source: SyncByteSource) => AsyncGenerator<T>): AsyncGenerator<T> {
		const shard = openSync(file, "r");
		try {
			yield* read(openFileSource(shard, 0, size, counter));
		} finally {
			closeSync(shard);
		}
	};
	return {
		file,
		length: size,
		root: dirname(file),
		slices: (sizes) => (size <= sizes.shard ? uncut() : opened((source) => shardSlices(source, sizes.shard))),
		read: ({ from, to }) =>
			opened(async function* (source): AsyncGenerator<readonly Found[]> {
				const read = ({ offset, size }: Member) => source.readSync(offset, size);
				for await (const batch of groups(tarMembers(source, from, to))) {
					const found: Found[] = [];
					for (const group of batch) {
						if (group.start >= to) break;
						const position = { file, offset: group.start };
						for (const content of contentsOf(file, group, read)) {
							found.push(
								isRefusal(content) ? { refusal: content, position } : { record: { ...content, position } },
							);
						}
					}
					yield found;
					if ((batch.at(-1)?.start ?? from) >= to) return;
				}
			}),
	};
}

/** Cuts between samples, found by their members' headers. */
async function* shardSlices(source: SyncByteSource, bytes: number): AsyncGenerator<Slice> {
	let from = 0;
	const slice = (to: number): Slice => ({ from, to, share: (to - from) / source.size });
	for await (const batch of groups(tarMembers(source, 0))) {
		for (const { start } of batch) {
			if (start - from < bytes) continue;
			yield slice(start);
			from = start;
		}
	}
	if (source.size > from) yield slice(source.size);
}

/** WebDataset's key: the path up to the first dot of its base name; and the remainder in lower case. */
function splitKey(name: string): { readonly key: string; readonly field: string } {
	const slash = name.lastIndexOf("/") + 1;
	const dot = name.indexOf(".", slash);
	return dot < 0
		? { key: name, field: "" }
		: { key: name.slice(0, dot), field: name.slice(dot + 1).toLowerCase() };
}

/** Groups that end in a batch of members. */
async function* groups(
	members: AsyncIterable<readonly (Member | BrokenTail)[]>,
): AsyncGenerator<readonly Group[]> {
	let group: Group | undefined;
	for await (const batch of members) {
		const ended: Group[] = [];
		for (const member of batch) {
			const isTail = !("name" in member);
			const { key, field } = isTail ? { key: undefined, field: "" } : splitKey(member.name);
			if (group !== undefined && group.key !== key) {
				ended.push(group);
				group = undefined;
			}
			if (isTail) {
				ended.push({ key: "", start: member.headerOffset, members: new Map(), refusal: member.refusal });
				continue;
			}
			group ??= { key: key ?? "", start: member.headerOffset, members: new Map() };
			if (group.members.has(field)) {
				group.refusal ??= refuse(
					"unknown-layout",
					`${member.name}: a second ${field} under one key, which WebDataset refuses`,
				);
			} else if (group.members.size >= MAX_MEMBERS) {
				group.refusal ??= refuse("over-limit", `${group.key}: over ${MAX_MEMBERS} members`);
			} else group.members.set(field, member);
			if (member.refusal !== undefined) group.refusal ??= member.refusal;
		}
		if (ended.length > 0) yield ended;
	}
	if (group !== undefined) yield [group];
}

function contentsOf(
	file: string,
	{ key, members, refusal }: Group,
	read: (member: Member) => Uint8Array,
): readonly (RowContent | Refusal)[] {
	if (refusal !== undefined) return [refusal];
	const textOf = (field: string): Uint8Array | Refusal | undefined => {
		const member = members.get(field);
		if (member === undefined) return undefined;
		if (member.size <= MAX_ROW_BYTES) return read(member);
		return refuse(
			"over-limit",
			`${member.name}: ${member.size} bytes of text, at most ${MAX_ROW_BYTES} are read`,
		);
	};
	const json = textOf("json");
	if (json !== undefined) {
		if (!(json instanceof Uint8Array)) return [json];
		const parsed = parseJsonRow(json);
		if (isRefusal(parsed)) return [parsed];
		const { row } = parsed;
		if (shapeOf(row) !== undefined) return fromRow(file, key, row, members);
		const caption = ["caption", "text"].map((name) => row[name]).find((value) => typeof value === "string");
		if (typeof caption === "string") return [{ id: key, ...captioned(ownMedia(file, members), caption) }];
	}
	const text = textOf("txt");
	if (text !== undefined && !(text instanceof Uint8Array)) return [text];
	const media = ownMedia(file, members);
	if (text !== undefined) return [{ id: key, ...captioned(media, new TextDecoder().decode(text)) }];
	if (media.length > 0) return [{ id: key, ...mediaOnly(media) }];
	const fields = [...members.keys()].slice(0, 12).join(", ");
	return [refuse("unknown-layout", `${key}: members ${fields}: neither media nor text that is read`)];
}

/** A row of a shard: one sample, or those of a pack; its media are members of the shard. */
function fromRow(
	file: string,
	key: string,
	row: Row,
	members: ReadonlyMap<string, Member>,
): readonly (RowContent | Refusal)[] {
	if (!isPacked(row)) {
		const content = readRow(row);
		if (isRefusal(content)) return [content];
		const media = content.media.length === 0 ? ownMedia(file, members) : placed(file, content.media, members);
		return isRefusal(media) ? [media] : [{ id: key, ...content, media }];
	}
	const contents = unpack(row);
	if (isRefusal(contents)) return [contents];
	let image = 0;
	return contents.map((content, index): RowContent | Refusal => {
		const media = placed(file, content.media, members, { sample: index, firstImage: image });
		image += content.media.length;
		return isRefusal(media) ? media : { ...content, media, id: `${key}#${index}` };
	});
}

/**
 * The members that a row's paths name: by field (`img0.jpg` of `KEY.img0.jpg`), by name or by base name; in packs
 * also by index, `img3.*` for the fourth image, or `img2_0.*` for the third sample's first.
 */
function placed(
	file: string,
	media: readonly MediaReference[],
	members: ReadonlyMap<string, Member>,
	{ sample = 0, firstImage = 0 } = {},
): MediaReference[] | Refusal {
	const named = new Map<string, Member>();
	for (const [field, member] of members) {
		named.set(field, member);
		named.set(member.name, member);
		named.set(basename(member.name), member);
		const [, number] = /^img(\d{1,6}(?:_\d{1,6})?)\.[a-z0-9]+$/.exec(field) ?? [];
		// Precomputed patch positions lie beside the images, under the same names.
		if (number !== undefined && !field.endsWith(".npy")) named.set(`#${number}`, member);
	}
	const found: MediaReference[] = [];
	for (const [index, reference] of media.entries()) {
		const { kind, place } = reference;
		if (place.type !== "path") {
			found.push(reference);
			continue;
		}
		const { path } = place;
		const member =
			named.get(path) ??
			named.get(path.toLowerCase()) ??
			named.get(basename(path)) ??
			named.get(`#${sample}_${index}`) ??
			named.get(`#${firstImage + index}`);
		if (member === undefined)
			return refuse("missing-media", `${path}: no member of the sample has this name`);
		found.push({ kind, place: { type: "range", file, offset: member.offset, length: member.size } });
	}
	return found;
}

/** All media of the sample, in shard order. */
function ownMedia(file: string, members: ReadonlyMap<string, Member>): MediaReference[] {
	return [...members].flatMap(([field, { offset, size }]): MediaReference[] => {
		const kind = kindOfName(`.${field}`);
		return kind === undefined ? [] : [{ kind, place: { type: "range", file, offset, length: size } }];
	});
}
