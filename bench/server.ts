/**
 * What the gateway adds to a request: the same mixed requests sent in turn to a fake model directly, through a minimal
 * Node proxy, through nginx if it is installed, and through the gateway with an exact count, from a process of its own at
 * a fixed rate. BENCH_SECONDS and BENCH_RATE make it a soak test. Memory is that of the gateway's process.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
/** Requests per second, of all addresses together. */
const RATE = Number(process.env.BENCH_RATE ?? 80);

interface Latency {
	readonly requests: number;
	readonly wrong: number;
	readonly lost: number;
	readonly p50: number;
	readonly p90: number;
	readonly p99: number;
	readonly max: number;
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
		const chat = here("../packages/data/src/goldens/chat");
		const { templates } = JSON.parse(readFileSync(`${chat}/chats.json`, "utf8")) as {
			templates: { chatml: string };
		};
		writeFileSync(join(folder, "tokenizer.json"), readFileSync(`${chat}/tokenizer.json`));
		writeFileSync(join(folder, "chat_template.jinja"), templates.chatml);
		const config = {
			models: { m: { model: "qwen2.5-vl-7b", tokenizer: folder, upstream } },
			budgets: { day: { promptTokens: 1e12 } },
		};
		writeFileSync(join(folder, "gateway.json"), JSON.stringify(config));
		const gateway = await start(process.execPath, [
			...[here("../packages/cli/bin/onevision.js"), "serve", "--port", "0"],
			...["--config", join(folder, "gateway.json")],
		]);
		const pid = children.at(-1)?.pid ?? 0;
		const bodies = await mixedBodies();
		const targets = {
			direct: upstream,
			"Node proxy": proxy,
			...(nginx === undefined ? {} : { nginx }),
			gateway,
		};
		const load = (seconds: number) => {
			const file = join(folder, "load.json");
			writeFileSync(file, JSON.stringify({ targets, rate: RATE, seconds, bodies }));
			const args = [here("server-load.mjs"), file];
			return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Readonly<
				Record<string, Latency>
			>;
		};
		load(Math.min(5, SECONDS));
		const before = residentMegabytes(pid);
		report(load(SECONDS), before, residentMegabytes(pid), bodies);
	} finally {
		for (const child of children) child.kill();
		rmSync(folder, { recursive: true, force: true });
	}
}

function report(
	results: Readonly<Record<string, Latency>>,
	before: number,
	after: number,
	bodies: readonly string[],
): void {
	const kilobytes = bodies.map((body) => Math.round(body.length / 1000)).join(", ");
	console.log(`  ${RATE} requests/s in turn for ${SECONDS} s, bodies of ${kilobytes} kB`);
	const { direct } = results;
	for (const [name, { requests, wrong, lost, p50, p90, p99 }] of Object.entries(results)) {
		const added =
			direct === undefined || name === "direct"
				? ""
				: `, adds ${(p50 - direct.p50).toFixed(2)} ms at p50, ${(p99 - direct.p99).toFixed(2)} ms at p99`;
		console.log(
			`  ${name.padEnd(10)} p50 ${p50.toFixed(2)} ms, p90 ${p90.toFixed(2)}, p99 ${p99.toFixed(2)}${added}; ${requests} requests, ${wrong} wrong, ${lost} lost`,
		);
	}
	console.log(`  gateway memory: ${before} MB before, ${after} MB after`);
}

/** Text, a small and a large photograph, two images, a conversation. */
async function mixedBodies(): Promise<string[]> {
	const photo = readFileSync(here("../examples/media/harbour.jpg"));
	const scaled = async (width: number) =>
		`data:image/jpeg;base64,${(await sharp(photo).resize(width).jpeg().toBuffer()).toString("base64")}`;
	const [small, large] = [await scaled(320), await scaled(1280)];
	const text = { type: "text", text: "What is moored there, and what is the weather like? ".repeat(4) };
	const image = (url: string) => ({ type: "image_url", image_url: { url } });
	const conversations: readonly (readonly unknown[])[] = [
		[{ role: "user", content: text.text }],
		[{ role: "user", content: [text, image(small)] }],
		[{ role: "user", content: [image(large), text] }],
		[{ role: "user", content: [image(small), image(small), text] }],
		[
			{ role: "system", content: "Be short." },
			{ role: "user", content: [image(small), text] },
			{ role: "assistant", content: "A ferry." },
			{ role: "user", content: "And behind it?" },
		],
	];
	return conversations.map((messages) => JSON.stringify({ model: "m", messages }));
}

async function startNginx(
	folder: string,
	upstream: string,
	children: ChildProcess[],
): Promise<string | undefined> {
	const port = 20_000 + (process.pid % 20_000);
	writeFileSync(
		join(folder, "nginx.conf"),
		`daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1; events {}
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

function firstLine(child: ChildProcess): Promise<string[]> {
	return new Promise((resolve, reject) => {
		child.once("exit", () =>
			reject(new Error("a process of the bench ended at its start; npm run build first")),
		);
		child.stdout?.once("data", (text: Buffer) => resolve(text.toString().split("\n")));
	});
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
