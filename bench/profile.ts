/**
 * A training set profiled, per core: ours against the loop people write with PIL, transformers' counting helper and its
 * chat template, on the same 50,000 images as JSON with files, as a tar shard and as Parquet. Processor seconds, in
 * turns; then the largest memory of a process over sets that differ in their number of samples alone.
 */

import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatInteger } from "@onevision/base";
import { createCounter } from "@onevision/core";
import { ESTIMATED_TEXT, profileData, readChatMeter, type TextMeter } from "@onevision/data";
import { encodePng } from "@onevision/media/node";
import { startPython } from "./peer.ts";

const COUNTS = { json: 30_000, tar: 10_000, parquet: 10_000 } as const;
const ROUNDS = 3;
/** Samples of the sets whose memory is compared; PROFILE_SAMPLES adds a larger one. */
const MEMORY_COUNTS = [50_000, 500_000, Number(process.env.PROFILE_SAMPLES ?? 0)];

export async function benchProfile(python: string | undefined): Promise<void> {
	if (python === undefined) console.log("  without the peer, which makes the sets, only memory is measured");
	else await compare(python);
	for (const count of MEMORY_COUNTS) if (count > 0) await measureMemory(count);
}

async function compare(python: string): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	const peer = startPython(python, "profile_peer.py", [folder, ...Object.values(COUNTS).map(String)]);
	try {
		await peer.read();
		const texts = {
			estimated: ESTIMATED_TEXT,
			tokenized: await readChatMeter(join(folder, "tokenizer")),
		} as const satisfies Record<string, TextMeter>;
		for (const [kind, count] of Object.entries(COUNTS)) {
			for (const [text, meter] of Object.entries(texts)) {
				let [ours, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
				for (let round = 0; round < ROUNDS; round++) {
					const own = await profileOnce(join(folder, `set.${kind}`), meter);
					const [visual, tokens, seconds] = JSON.parse(await peer.ask(`${kind} ${text}`)) as number[];
					// Estimates differ by the rounding of every text.
					const isSame = own.visualTokens === visual && (!meter.isExact || own.textTokens === tokens);
					if (!isSame)
						throw new Error(
							`${kind}: ${own.visualTokens} + ${own.textTokens} tokens, and ${visual} + ${tokens} by the peer`,
						);
					ours = Math.min(ours, own.seconds);
					theirs = Math.min(theirs, seconds ?? 0);
				}
				const each = (seconds: number): string => `${((1e6 * seconds) / count).toFixed(0)} µs`;
				console.log(
					`  ${kind}, text ${text}: ${each(ours)} a sample, the loop ${each(theirs)}: ${(theirs / ours).toFixed(1)}×`,
				);
			}
		}
	} finally {
		peer.stop();
		rmSync(folder, { recursive: true });
	}
}

/** On this thread alone; with the tables that `--out` stores. */
async function profileOnce(path: string, text: TextMeter) {
	const out = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	const start = process.cpuUsage();
	const { totals } = await profileData({
		paths: [path],
		counter: createCounter("llava-onevision-qwen2-7b-ov"),
		text,
		applyOrientation: false,
		applyRotation: false,
		out: join(out, "profile"),
	});
	const { user, system } = process.cpuUsage(start);
	rmSync(out, { recursive: true });
	return {
		visualTokens: totals.over("visualTokens").summary()?.total,
		textTokens: totals.over("textTokens").summary()?.total,
		seconds: (user + system) / 1e6,
	};
}

/** A set of JSON Lines that names a few images again and again, profiled in a process of its own. */
async function measureMemory(count: number): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	try {
		await writeRows(folder, count);
		const script = fileURLToPath(new URL("profile-process.ts", import.meta.url));
		const args = ["--import", "tsx", "-C", "source", script, folder];
		const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
		if (status !== 0) throw new Error(stderr.trim().split("\n").at(-1));
		const { samples, memory, seconds } = JSON.parse(stdout) as Record<string, number>;
		if (samples !== count) throw new Error(`${samples} samples of ${count}`);
		console.log(
			`  ${formatInteger(count)} samples: ${Math.round((memory ?? 0) / 2 ** 20)} MiB at most, ${(seconds ?? 0).toFixed(0)} s`,
		);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const NAMED_IMAGES = 100;

async function writeRows(folder: string, count: number): Promise<void> {
	for (let index = 0; index < NAMED_IMAGES; index++) {
		const [width, height] = [32 + index, 232 - index];
		const data = new Uint8Array(width * height * 3);
		writeFileSync(join(folder, `${index}.png`), await encodePng({ width, height, data }));
	}
	const file = openSync(join(folder, "set.jsonl"), "w");
	for (let from = 0; from < count; from += 10_000) {
		let rows = "";
		for (let id = from; id < Math.min(count, from + 10_000); id++) {
			const question = `<image>\nWhat is in it? ${"Look closely. ".repeat(id % 40)}`;
			const answer = `A harbor ${"and a boat ".repeat(id % 97)}`;
			rows += `${JSON.stringify({
				id: `sample-${id}`,
				image: `${id % NAMED_IMAGES}.png`,
				conversations: [
					{ from: "human", value: question },
					{ from: "gpt", value: answer },
				],
			})}\n`;
		}
		writeSync(file, rows);
	}
	closeSync(file);
}
