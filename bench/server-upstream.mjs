/**
 * A model's server that answers at once in the form of the API that is asked, streamed where the request says so; and
 * a proxy that only passes on: `node server-upstream.mjs [UPSTREAM]`. Prints its port.
 */

import { Agent, createServer, request } from "node:http";

const [upstream] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const choice = (more) => ({ id: "1", created: 1, model: "m", choices: [{ index: 0, ...more }] });
const chunk = (more) => `data: ${JSON.stringify({ ...choice(more), object: "chat.completion.chunk" })}\n\n`;
const message = { id: "1", type: "message", role: "assistant", model: "m", content: [] };
const output = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Yes." }] }];

/** What each API answers, whole and as the events of a stream. */
const ANSWERS = {
	"/v1/chat/completions": {
		whole: {
			...choice({ message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }),
			...{ object: "chat.completion", usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
		},
		events: [
			chunk({ delta: { content: "Yes." } }),
			chunk({ delta: {}, finish_reason: "stop" }),
			"data: [DONE]\n\n",
		],
	},
	"/v1/messages": {
		whole: {
			...{ ...message, content: [{ type: "text", text: "Yes." }], stop_reason: "end_turn" },
			usage: { input_tokens: 1, output_tokens: 1 },
		},
		events: [
			event({ type: "message_start", message: { ...message, usage: { input_tokens: 1, output_tokens: 1 } } }),
			event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
			event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Yes." } }),
			event({ type: "content_block_stop", index: 0 }),
			event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } }),
			event({ type: "message_stop" }),
		],
	},
	"/v1/responses": {
		whole: {
			id: "1",
			object: "response",
			status: "completed",
			output,
			usage: { input_tokens: 1, output_tokens: 1 },
		},
		events: [
			event({ type: "response.output_text.delta", delta: "Yes." }),
			event({ type: "response.completed", response: { id: "1", status: "completed", output } }),
		],
	},
};

function respond(incoming, outgoing) {
	const { whole, events } = ANSWERS[incoming.url] ?? ANSWERS["/v1/chat/completions"];
	let streams = false;
	incoming
		.on("data", (bytes) => {
			streams ||= bytes.includes('"stream":true');
		})
		.on("end", () => {
			if (!streams) {
				outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(whole));
				return;
			}
			outgoing.writeHead(200, { "content-type": "text/event-stream" });
			for (const each of events) outgoing.write(each);
			outgoing.end();
		});
}

function pass(incoming, outgoing) {
	const { method, headers, url } = incoming;
	const sent = request(`${upstream}${url}`, { agent, method, headers }, (response) => {
		outgoing.writeHead(response.statusCode ?? 502, response.headers);
		response.pipe(outgoing);
	});
	sent.on("error", () => outgoing.destroy());
	incoming.pipe(sent);
}

const server = createServer(upstream === undefined ? respond : pass);
// Proxies keep connections; one that closes as it is reused would be their error.
server.keepAliveTimeout = 75_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
