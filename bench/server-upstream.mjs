/** A model's server that answers at once, and a proxy that only passes on: `node server-upstream.mjs [UPSTREAM]`. Prints its port. */

import { Agent, createServer, request } from "node:http";

const [upstream] = process.argv.slice(2);
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const choices = [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }];
const answer = JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "m", choices, usage });
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

function respond(incoming, outgoing) {
	incoming
		.resume()
		.on("end", () => outgoing.writeHead(200, { "content-type": "application/json" }).end(answer));
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
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
