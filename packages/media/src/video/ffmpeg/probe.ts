/** What `ffprobe` reports about a file's video track: its packets in file order, and its size. */

import { OnevisionError } from "@onevision/base";
import { assertCount, type RawPacket, type TimeBase } from "../frame-index.ts";
import type { OpenedFile, OpenSetup } from "../open-file.ts";
import { INPUT_LIMITS, linesOf, noteOf, startCommand, within } from "./process.ts";

const SHOWN = [
	"packet=pts,dts,duration,size,pos,flags",
	"stream=width,height,time_base,avg_frame_rate",
	"stream_side_data=rotation",
].join(":");

/**
 * Lists the packets of a file. Throws `DecoderMissing` without the command, `unreadable-file`, and `over-limit` past
 * the time limit.
 */
export async function probe(setup: OpenSetup): Promise<Omit<OpenedFile, "decoder">> {
	const { path, demuxer, track: place } = setup;
	const format = ["-v", "error", ...INPUT_LIMITS, "-f", demuxer];
	const what = ["-select_streams", `V:${place}`, "-show_entries", SHOWN, "-of", "compact"];
	const command = startCommand("ffprobe", [...format, ...what, `file:${path}`]);
	const note = noteOf(command.child.stderr);
	try {
		const packets: RawPacket[] = [];
		let track: Map<string, string> | undefined;
		const lines = linesOf(command.child.stdout);
		for (;;) {
			const line = await within(lines.next(), command, setup);
			if (line.done) break;
			const fields = fieldsOf(line.value);
			if (line.value.startsWith("packet|")) packets.push(packetOf(fields));
			else if (line.value.startsWith("stream|")) track = fields;
			assertCount(packets.length);
		}
		const status = await within(command.ended, command, setup);
		if (track === undefined) throw unreadable(path, status === 0 ? "has no video track" : reason(await note));
		return { packets, ...factsOf(track) };
	} finally {
		command.kill();
	}
}

/** Fields of a `name|key=value|key=value` line, without the name. */
function fieldsOf(line: string): Map<string, string> {
	return new Map(
		line.split("|").map((field): [string, string] => {
			const at = field.indexOf("=");
			return [field.slice(0, at).replace(/^.*:/, ""), field.slice(at + 1)];
		}),
	);
}

function packetOf(fields: ReadonlyMap<string, string>): RawPacket {
	const flags = fields.get("flags") ?? "";
	return {
		pts: whole(fields.get("pts")),
		dts: whole(fields.get("dts")),
		position: whole(fields.get("pos")),
		bytes: whole(fields.get("size")) ?? 0,
		duration: whole(fields.get("duration")) ?? 0,
		isKey: flags.includes("K"),
		isShown: !flags.includes("D"),
	};
}

function whole(value: string | undefined): number | undefined {
	return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

function factsOf(track: ReadonlyMap<string, string>): Omit<OpenedFile, "decoder" | "packets"> {
	const timeBase = fraction(track.get("time_base"));
	const rate = fraction(track.get("avg_frame_rate"));
	return {
		width: whole(track.get("width")) ?? 0,
		height: whole(track.get("height")) ?? 0,
		// FFmpeg counts counter-clockwise.
		rotation: (((Math.round(-Number(track.get("rotation") ?? 0) / 90) % 4) + 4) % 4) * 90,
		timeBase,
		fps: rate.denominator === 0 ? 0 : rate.numerator / rate.denominator,
	};
}

function fraction(value = "0/0"): TimeBase {
	const [numerator = 0, denominator = 0] = value.split("/").map(Number);
	return { numerator, denominator };
}

function reason(note: string): string {
	const last = note.trim().split("\n").at(-1) ?? "";
	return `cannot be read (${last.replace(/^.*: /, "") || "no reason given"}); the file is damaged`;
}

function unreadable(path: string, what: string): OnevisionError {
	return new OnevisionError("unreadable-file", `${path}: ${what}`);
}
