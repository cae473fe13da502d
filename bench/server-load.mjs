/**
 * A process that sends chat requests at a fixed rate to several addresses in turn and prints latencies, milliseconds:
 * `node server-load.mjs FILE`, a JSON file with `targets` (addresses by name), `rate`, `seconds` and `bodies`. Each
 * request starts when it is due, whether earlier ones have ended or not, so that waiting counts. Plain JavaScript: it
 * shares nothing with what it measures.
 */

import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

const { targets, rate, seconds, bodies } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const names = Object.keys(targets);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const results = Object.fromEntries(names.map((name) => [name, { ms: [], wrong: 0, lost: 0 }]));

function send(name, body) {
	const start = performance.now();
	return new Promise((resolve) => {
		const result = results[name];
		const sent = request(
			`${targets[name]}/v1/chat/completions`,
			{
				agent,
				method: "POST",
				headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
			},
			(response) => {
				let text = "";
				response.setEncoding("utf8");
				response.on("data", (chunk) => {
					text += chunk;
				});
				response.on("end", () => {
					result.ms.push(performance.now() - start);
					if (response.statusCode !== 200 || !text.includes('"content":"Yes."')) result.wrong++;
					resolve();
				});
				response.on("error", () => {
					result.lost++;
					resolve();
				});
			},
		);
		sent.on("error", () => {
			result.lost++;
			resolve();
		});
		sent.end(body);
	});
}

for (const name of names) await Promise.all(bodies.map((body) => send(name, body)));
for (const name of names) Object.assign(results[name], { ms: [], wrong: 0, lost: 0 });
const total = rate * seconds;
const pending = [];
const begin = performance.now();
for (let sent = 0; sent < total; sent++) {
	const due = begin + (sent * 1000) / rate;
	const wait = due - performance.now();
	if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
	pending.push(send(names[sent % names.length], bodies[Math.floor(sent / names.length) % bodies.length]));
}
await Promise.all(pending);
const summary = Object.entries(results).map(([name, { ms, wrong, lost }]) => {
	ms.sort((a, b) => a - b);
	const at = (share) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))];
	return [
		name,
		{ requests: ms.length, wrong, lost, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: ms.at(-1) },
	];
});
process.stdout.write(JSON.stringify(Object.fromEntries(summary)));
agent.destroy();
