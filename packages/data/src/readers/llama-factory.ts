/**
 * LLaMA-Factory: `dataset_info.json`, which names files and describes the layout of their rows. Read as in
 * src/llamafactory/data/parser.py: if `columns` or `tags` are given, a key they do not list counts as absent.
 */

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import { isParquet } from "../parquet/footer.ts";
import type { RowContent } from "../record.ts";
import { readConversations } from "../shapes/conversations.ts";
import type { Row } from "../shapes/fields.ts";
import { readInstruction } from "../shapes/instructions.ts";
import { jsonUnit, parseJsonRow } from "./json-rows.ts";
import { lookAt } from "./look.ts";
import { parquetUnit } from "./parquet.ts";
import { type Place, type ReadContext, type Reader, type Unit, uncut } from "./reader.ts";

const INFO_FILE = "dataset_info.json";
const MAX_BYTES = 16 * 1024 * 1024;

const COLUMNS = {
	alpaca: { prompt: "instruction", query: "input", response: "output", history: undefined },
	sharegpt: { messages: "conversations" },
} as const;
const MEDIA_COLUMNS = ["system", "images", "videos"] as const;
const TAGS = {
	role_tag: "from",
	content_tag: "value",
	user_tag: "human",
	assistant_tag: "gpt",
	observation_tag: "observation",
	function_tag: "function_call",
	system_tag: "system",
} as const;

export const llamaFactory: Reader = {
	title: "LLaMA-Factory",
	source:
		"hiyouga/LLaMA-Factory src/llamafactory/data/parser.py `get_dataset_list` at 01d3ac6; data/README.md",
	recognizes: ({ path, names }) => (names ?? [path.split("/").at(-1)]).includes(INFO_FILE),
	open: async (place, context) => {
		const file = place.names === undefined ? place.path : join(place.path, INFO_FILE);
		const info = await infoOf(await lookAt(file));
		const units: Unit[] = [];
		for (const [name, entry] of Object.entries(info))
			units.push(await unitOf(dirname(file), name, entry, context));
		return units;
	},
};

async function infoOf({ path, size }: Place): Promise<Row> {
	const parsed = size > MAX_BYTES ? refuse("over-limit", "too large") : parseJsonRow(await readFile(path));
	if (isRefusal(parsed)) throw new OnevisionError("unreadable-file", `${path}: ${parsed.message}`);
	return parsed.row;
}

async function unitOf(folder: string, name: string, entry: unknown, context: ReadContext): Promise<Unit> {
	const lost = (refusal: Refusal): Unit => ({
		file: `${name} of ${folder}`,
		length: 0,
		root: folder,
		slices: uncut,
		read: async function* () {
			yield [{ refusal, position: { file: `${name} of ${folder}` } }];
		},
	});
	if (!isRecord(entry)) return lost(refuse("unreadable-file", "its entry is no object"));
	const { file_name: file, num_samples: samples, ranking } = entry;
	if (typeof file !== "string")
		return lost(refuse("remote-media", "the set is on a hub or made by a script: only local files are read"));
	if (ranking === true)
		return lost(refuse("unknown-layout", "ranking: pairs of answers are no samples of fine-tuning"));
	if (samples !== undefined && samples !== null) {
		return lost(refuse("unknown-layout", "num_samples: drawn without a seed, so the samples are not known"));
	}
	const layout = layoutOf(entry);
	if (typeof layout !== "function") return lost(layout);
	let place: Place;
	try {
		place = await lookAt(join(folder, file));
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return lost(refuse("unreadable-file", error.message));
	}
	if (place.names !== undefined)
		return lost(refuse("unreadable-file", `${file} is a folder: name its files as sets of their own`));
	if (isParquet(place.head))
		return {
			...parquetUnit(place.path, place.size, context, { read: layout, isWanted: () => true }),
			root: folder,
		};
	return jsonUnit(place, context, layout, folder);
}

/** How the rows of an entry become samples, or why they cannot. */
function layoutOf(entry: Row): ((row: Row) => RowContent | Refusal) | Refusal {
	const { formatting = "alpaca", columns, tags } = entry;
	if (formatting !== "alpaca" && formatting !== "sharegpt") {
		return refuse("unknown-layout", `formatting ${JSON.stringify(formatting)}: expected alpaca or sharegpt`);
	}
	const named = (key: string, byDefault: string | undefined): string | undefined => {
		if (!isRecord(columns)) return byDefault;
		return typeof columns[key] === "string" ? columns[key] : undefined;
	};
	const media = Object.fromEntries(MEDIA_COLUMNS.map((key) => [key, named(key, undefined)]));
	const own = Object.fromEntries(
		Object.entries(COLUMNS[formatting]).map(([key, value]) => [key, named(key, value)]),
	);
	const tag = (key: keyof typeof TAGS): string | undefined => {
		if (!isRecord(tags)) return TAGS[key];
		return typeof tags[key] === "string" ? tags[key] : undefined;
	};
	const under = (row: Row, column: string | undefined): unknown =>
		column === undefined ? undefined : row[column];
	const shared = (row: Row) => ({
		...Object.fromEntries(Object.entries(media).map(([key, column]) => [key, under(row, column)])),
		id: row.id,
	});
	if (formatting === "alpaca") {
		return (row) =>
			readInstruction({
				...shared(row),
				instruction: under(row, own.prompt),
				input: under(row, own.query),
				output: under(row, own.response),
				history: under(row, own.history),
			});
	}
	const roles = new Map([
		[tag("user_tag"), "human"],
		[tag("assistant_tag"), "gpt"],
		[tag("observation_tag"), "observation"],
		[tag("function_tag"), "function_call"],
		[tag("system_tag"), "system"],
	]);
	return (row) => {
		const { system, ...rest } = shared(row) as Row;
		const messages = under(row, own.messages);
		const turns = Array.isArray(messages)
			? messages.map((turn): unknown => {
					if (!isRecord(turn)) return turn;
					const role = under(turn, tag("role_tag"));
					return {
						from: typeof role === "string" ? (roles.get(role) ?? role) : role,
						value: under(turn, tag("content_tag")),
					};
				})
			: messages;
		const opening = typeof system === "string" && system !== "" ? [{ from: "system", value: system }] : [];
		return readConversations({
			...rest,
			conversations: Array.isArray(turns) ? [...opening, ...turns] : turns,
		});
	};
}
