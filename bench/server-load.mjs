/**
 * A process that sends requests at a fixed rate and prints what came back: `node server-load.mjs FILE`, a JSON file
 * with `gateway`, an address; `peers`, addresses by name; `rate`, requests per second to the gateway, of which every
 * `every`th goes to each peer, too; `seconds`; and `requests`, each with `path`, `body`, `expect`, a text that its answer
 * holds, `tokens`, its visual tokens, and `onlyGateway`. Each request starts when it is due, whether earlier ones have
 * ended or not, so that waiting counts. Latencies are in milliseconds, by windows of time: a noisy machine has quiet
 * ones. Plain JavaScript: it shares nothing with what it measures.
 */

import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

const { gateway, peers, rate, every, seconds, window, requests } = JSON.parse(
	readFileSync(process.argv[2] ?? "", "utf8"),
);
const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 4000 });
const addresses = { ...peers, gateway };
/** By name and window: latencies of requests that also go to peers, and of those that do not. */
const results = Object.fromEntries(
	Object.keys(addresses).map((name) => [name, { sent: 0, wrong: 0, lost: 0, windows: [], alone: [] }]),
);
const seen = [];
let open = 0;
let drained = () => undefined;

function send(name, { path, body, expect, tokens, onlyGateway }, at) {
	const start = performance.now();
	const result = results[name];
	result.sent++;
	open++;
	const done = () => {
		open--;
		if (open === 0) drained();
	};
	const lose = (error) => {
		result.lost++;
		if (seen.length < 10) seen.push(`${name} ${path}: ${error.code ?? error.message}`);
		done();
	};
	const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
	const sent = request(`${addresses[name]}${path}`, { agent, method: "POST", headers }, (response) => {
		let text = "";
		response.setEncoding("utf8");
		response.on("data", (piece) => {
			text += piece;
		});
		response.on("end", () => {
			const ms = performance.now() - start;
			const rows = onlyGateway ? result.alone : result.windows;
			rows[at] ??= [];
			rows[at].push(ms);
			const counted = response.headers["x-onevision-visual-tokens"];
			const isRight = name !== "gateway" || onlyGateway || counted === String(tokens);
			if (response.statusCode !== 200 || !text.includes(expect) || !isRight) {
				result.wrong++;
				if (seen.length < 10)
					seen.push(`${name} ${path}: ${response.statusCode} ${counted} ${text.slice(0, 200)}`);
			}
			done();
		});
		response.on("error", lose);
	});
	sent.on("error", lose);
	sent.end(body);
}

const begin = performance.now();
for (let index = 0; index < rate * seconds; index++) {
	const due = begin + (index * 1000) / rate;
	const wait = due - performance.now();
	if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
	const each = requests[index % requests.length];
	const at = Math.floor(index / rate / window);
	send("gateway", each, at);
	if (!each.onlyGateway && Math.floor(index / requests.length) % every === 0) {
		for (const name of Object.keys(peers)) send(name, each, at);
	}
}
if (open > 0) {
	await new Promise((resolve) => {
		drained = resolve;
	});
}
process.stdout.write(JSON.stringify({ results, seen, seconds: (performance.now() - begin) / 1000 }));
agent.destroy();
