/**
 * What the gateway adds to a request. From a process of its own, at a fixed rate: counts and requests of all three chat
 * APIs, streamed and not, with text, long text, one image and several, to a fake model through the gateway; and a share
 * of the same requests directly, through a minimal Node proxy, and through nginx where it is installed. Every answer is
 * checked, and every count against the counter's. BENCH_SECONDS and BENCH_RATE make it a soak test.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCounter } from "@onevision/core";
import sharp from "sharp";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);
/** Requests per second to the gateway. */
const RATE = Number(process.env.BENCH_RATE ?? 50);
/** Every so many rounds of the mixed requests go to each peer, too. */
const EVERY = Number(process.env.BENCH_EVERY ?? 2);
/** Seconds of the spans of time that are compared. */
const WINDOW = 10;
const MODEL = "qwen2.5-vl-7b";

interface Results {
	readonly sent: number;
	readonly wrong: number;
	readonly lost: number;
	readonly windows: readonly (readonly number[] | null)[];
	readonly alone: readonly (readonly number[] | null)[];
}
interface Load {
	readonly results: Readonly<Record<string, Results>>;
	/** The first answers that were wrong. */
	readonly seen: readonly string[];
	readonly seconds: number;
}
interface MixedRequest {
	readonly path: string;
	readonly body: string;
	readonly expect: string;
	readonly tokens: number;
	readonly onlyGateway: boolean;
}

export async function benchServer(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	const children: ChildProcess[] = [];
	const start = async (command: string, args: readonly string[]): Promise<string> => {
		const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
		children.push(child);
		const [line = ""] = await firstLine(child);
		return line.startsWith("http") ? line : `http://127.0.0.1:${line}`;
	};
	try {
		const upstream = await start(process.execPath, [here("server-upstream.mjs")]);
		const proxy = await start(process.execPath, [here("server-upstream.mjs"), upstream]);
		const nginx = await startNginx(folder, upstream, children);
		const nginxPid = nginx === undefined ? undefined : children.at(-1)?.pid;
		const chat = here("../packages/data/src/goldens/chat");
		const { templates } = JSON.parse(readFileSync(`${chat}/chats.json`, "utf8")) as {
			templates: { chatml: string };
		};
		writeFileSync(join(folder, "tokenizer.json"), readFileSync(`${chat}/tokenizer.json`));
		writeFileSync(join(folder, "chat_template.jinja"), templates.chatml);
		const config = {
			models: { m: { model: MODEL, tokenizer: folder, upstream } },
			budgets: { day: { promptTokens: 1e12 } },
		};
		writeFileSync(join(folder, "gateway.json"), JSON.stringify(config));
		const gateway = await start(process.execPath, [
			...[here("../packages/cli/bin/onevision.js"), "serve", "--port", "0"],
			...["--config", join(folder, "gateway.json")],
		]);
		const pid = children.at(-1)?.pid ?? 0;
		const requests = await mixedRequests();
		const peers = { direct: upstream, "Node proxy": proxy, ...(nginx === undefined ? {} : { nginx }) };
		const load = async (seconds: number) => {
			const file = join(folder, "load.json");
			const asked = { gateway, peers, rate: RATE, every: EVERY, seconds, window: WINDOW, requests };
			writeFileSync(file, JSON.stringify(asked));
			return JSON.parse(await output(process.execPath, [here("server-load.mjs"), file])) as Load;
		};
		await load(Math.min(10, SECONDS));
		const pids = { "Node proxy": children[1]?.pid, nginx: nginxPid, gateway: pid };
		const before = cpuSeconds(pids);
		const memory: number[] = [];
		const loads: number[] = [];
		const watch = setInterval(
			() => {
				memory.push(residentMegabytes(pid));
				loads.push(loadavg()[0] ?? 0);
			},
			Math.min(10_000, (SECONDS * 1000) / 20),
		);
		const measured = await load(SECONDS);
		clearInterval(watch);
		const after = cpuSeconds(pids);
		report(measured, requests, memory, loads);
		reportCpu(measured, before, after);
		await reportOwn(gateway);
	} finally {
		for (const child of children) child.kill();
		rmSync(folder, { recursive: true, force: true });
	}
}

function report(
	{ results, seen, seconds }: Load,
	requests: readonly MixedRequest[],
	memory: readonly number[],
	loads: readonly number[],
): void {
	const kilobytes = requests.map(({ body }) => Math.ceil(body.length / 1000)).join(", ");
	console.log(`  ${RATE} requests/s to the gateway for ${Math.round(seconds)} s; bodies of ${kilobytes} kB`);
	const windows = (name: string) => (results[name]?.windows ?? []).map((each) => each ?? []);
	// The tenth of the time in which the direct calls were fastest: elsewhere others use the machine.
	const quiet = windows("direct")
		.map((latencies, index) => ({ index, p90: at(latencies, 0.9) }))
		.filter(({ p90 }) => Number.isFinite(p90))
		.sort((a, b) => a.p90 - b.p90);
	const chosen = new Set(quiet.slice(0, Math.max(1, Math.ceil(quiet.length / 10))).map(({ index }) => index));
	const spans = {
		all: (name: string) => windows(name).flat(),
		quiet: (name: string) => windows(name).flatMap((each, index) => (chosen.has(index) ? each : [])),
	};
	for (const [name, { sent, wrong, lost }] of Object.entries(results)) {
		const shown = Object.entries(spans).map(([span, latencies]) => {
			const [own, direct] = [latencies(name), latencies("direct")];
			const values = [0.5, 0.9, 0.99].map((share) => at(own, share).toFixed(2)).join(" / ");
			const added = [0.5, 0.99].map((share) => (at(own, share) - at(direct, share)).toFixed(2)).join(" / ");
			return `${span}: ${values}${name === "direct" ? "" : `, adds ${added}`}`;
		});
		console.log(`  ${name.padEnd(10)} ${shown.join("; ")}; ${sent} requests, ${wrong} wrong, ${lost} lost`);
	}
	const counts = (results.gateway?.alone ?? []).flatMap((each) => each ?? []);
	console.log(
		`  /v1/count  all: ${[0.5, 0.9, 0.99].map((share) => at(counts, share).toFixed(2)).join(" / ")}`,
	);
	console.log(
		"  ms at p50 / p90 / p99, what is added at p50 / p99; quiet: the tenth of the time fastest directly",
	);
	console.log(`  memory of the gateway over time: ${evenly(memory, 9).join(", ")} MB`);
	console.log(
		`  load average of the machine: ${evenly(loads, 9)
			.map((load) => load.toFixed(1))
			.join(", ")}`,
	);
	for (const line of seen) console.log(`  ${line}`);
}

/** Of each process: less moved by others on the machine than latency is. */
function reportCpu(
	{ results }: Load,
	before: Readonly<Record<string, number>>,
	after: Readonly<Record<string, number>>,
): void {
	const shown = Object.entries(after).map(([name, seconds]) => {
		const each = (1000 * (seconds - (before[name] ?? 0))) / (results[name]?.sent ?? 1);
		return `${name} ${each.toFixed(2)} ms`;
	});
	console.log(`  processor time per request: ${shown.join(", ")}`);
}

/** The gateway's own time, from the last byte of a request to the first one sent on. */
async function reportOwn(gateway: string): Promise<void> {
	const text = await (await fetch(`${gateway}/metrics`)).text();
	const value = (name: string): number => {
		const line = text.split("\n").find((each) => each.startsWith(name)) ?? "";
		return Number(line.split(" ").at(-1));
	};
	const bucket = (le: string) => value(`onevision_gateway_overhead_seconds_bucket{le="${le}",model="m"}`);
	const total = value('onevision_gateway_overhead_seconds_count{model="m"}');
	const mean = value('onevision_gateway_overhead_seconds_sum{model="m"}') / total;
	const shares = ["0.001", "0.0025", "0.005", "0.01"].map(
		(le) => `${((100 * bucket(le)) / total).toFixed(2)} % within ${Number(le) * 1000} ms`,
	);
	console.log(
		`  from its last byte to the first one sent on: ${(mean * 1000).toFixed(2)} ms; ${shares.join(", ")}`,
	);
}

function at(values: readonly number[], share: number): number {
	const sorted = Float64Array.from(values).sort();
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function evenly<T>(values: readonly T[], count: number): readonly T[] {
	if (values.length <= count) return values;
	return Array.from(
		{ length: count },
		(_, index) => values[Math.round((index * (values.length - 1)) / (count - 1))],
	).flatMap((value) => (value === undefined ? [] : [value]));
}

type Part =
	| { readonly text: string }
	| { readonly image: Buffer; readonly width: number; readonly height: number };

/** Each conversation in each API's form, streamed and not, and counts of its media. */
async function mixedRequests(): Promise<MixedRequest[]> {
	const photo = readFileSync(here("../examples/media/harbour.jpg"));
	const scaled = async (width: number) => {
		const { data, info } = await sharp(photo).resize(width).jpeg().toBuffer({ resolveWithObject: true });
		return { image: data, width: info.width, height: info.height };
	};
	const [small, large] = [await scaled(320), await scaled(1280)];
	const text = { text: "What is moored there, and what is the weather like? ".repeat(4) };
	const long = { text: "The ferry, 42 m long, leaves at half past nine. ".repeat(100) };
	const conversations: readonly (readonly Part[])[] = [
		[text],
		[text, small],
		[large, text],
		[small, small, text],
		[long, small],
	];
	const counter = createCounter(MODEL);
	const forms = [chatForm, messagesForm, responsesForm];
	return conversations.flatMap((parts, index) => {
		const media = parts.flatMap((part) =>
			"text" in part ? [] : [{ kind: "image" as const, width: part.width, height: part.height }],
		);
		const tokens = media.length === 0 ? 0 : counter.count({ media }).visualTokens;
		const form = forms[index % forms.length] ?? chatForm;
		const asked = [
			{ ...form(parts), stream: index % 2 === 1 },
			{ ...chatForm(parts), stream: index % 2 === 0 },
		];
		const chats = asked.map(({ path, body, stream }) => ({
			...{ path, tokens, expect: "Yes.", onlyGateway: false },
			body: JSON.stringify({ ...body, model: "m", ...(stream ? { stream } : {}) }),
		}));
		if (media.length === 0) return chats;
		const sizes = media.map(({ width, height }) => `${width}x${height}`);
		return [
			...chats,
			{
				...{ path: "/v1/count", tokens, onlyGateway: true },
				expect: `"visualTokens":${tokens}`,
				body: JSON.stringify({ model: "m", media: sizes, together: true }),
			},
		];
	});
}

interface Form {
	readonly path: string;
	readonly body: object;
}

const dataUrl = (image: Buffer): string => `data:image/jpeg;base64,${image.toString("base64")}`;

function chatForm(parts: readonly Part[]): Form {
	const content = parts.map((part) =>
		"text" in part
			? { type: "text", text: part.text }
			: { type: "image_url", image_url: { url: dataUrl(part.image) } },
	);
	return { path: "/v1/chat/completions", body: { messages: [{ role: "user", content }] } };
}

function messagesForm(parts: readonly Part[]): Form {
	const content = parts.map((part) =>
		"text" in part
			? { type: "text", text: part.text }
			: {
					type: "image",
					source: { type: "base64", media_type: "image/jpeg", data: part.image.toString("base64") },
				},
	);
	return { path: "/v1/messages", body: { max_tokens: 9, messages: [{ role: "user", content }] } };
}

function responsesForm(parts: readonly Part[]): Form {
	const content = parts.map((part) =>
		"text" in part
			? { type: "input_text", text: part.text }
			: { type: "input_image", image_url: dataUrl(part.image), detail: "auto" },
	);
	return { path: "/v1/responses", body: { input: [{ role: "user", content }] } };
}

async function startNginx(
	folder: string,
	upstream: string,
	children: ChildProcess[],
): Promise<string | undefined> {
	const port = 20_000 + (process.pid % 20_000);
	writeFileSync(
		join(folder, "nginx.conf"),
		`daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}
http { access_log off; client_max_body_size 64m; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
upstream model { server ${upstream.replace("http://", "")}; keepalive 64; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`,
	);
	const child = spawn(
		"nginx",
		["-p", folder, "-e", `${folder}/error.log`, "-c", join(folder, "nginx.conf")],
		{ stdio: "ignore" },
	);
	const failed = new Promise<boolean>((resolve) =>
		child.once("error", () => resolve(true)).once("exit", () => resolve(true)),
	);
	const waited = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1500));
	if (await Promise.race([failed, waited])) return undefined;
	children.push(child);
	return `http://127.0.0.1:${port}`;
}

/** What a command prints, while this process goes on measuring. */
async function output(command: string, args: readonly string[]): Promise<string> {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
	let text = "";
	child.stdout.setEncoding("utf8");
	for await (const piece of child.stdout) text += piece;
	return text;
}

function firstLine(child: ChildProcess): Promise<string[]> {
	return new Promise((resolve, reject) => {
		child.once("exit", () =>
			reject(new Error("a process of the bench ended at its start; npm run build first")),
		);
		child.stdout?.once("data", (text: Buffer) => resolve(text.toString().split("\n")));
	});
}

/** Processor time of processes so far, seconds, where /proc tells; ticks are hundredths on every Linux. */
function cpuSeconds(pids: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
	const entries = Object.entries(pids).flatMap(([name, pid]) => {
		try {
			const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
			return [[name, (Number(fields[11]) + Number(fields[12])) / 100] as const];
		} catch {
			return [];
		}
	});
	return Object.fromEntries(entries);
}

/** Resident memory of a process; 0 where /proc does not tell. */
function residentMegabytes(pid: number): number {
	try {
		const [, kilobytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
		return Math.round(Number(kilobytes) / 1024);
	} catch {
		return 0;
	}
}
