/** A profile as a job: started, watched, read, stopped, and only below the roots. */

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, testServer } from "../testing/client.ts";

let folder = "";
let server: TestServer;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "onevision-profile-"));
	const sample = {
		id: "1",
		conversations: [
			{ from: "human", value: "Hi" },
			{ from: "gpt", value: "Ho" },
		],
	};
	writeFileSync(join(folder, "train.json"), JSON.stringify(Array.from({ length: 300 }, () => sample)));
	symlinkSync("/etc", join(folder, "link"));
	server = await testServer({}, { roots: [folder] });
});
afterAll(async () => {
	await server.close(1);
	rmSync(folder, { recursive: true });
});

const ask = (data: string) =>
	server.post("/v1/profile", { model: "llava-onevision-qwen2-7b-ov", data: [data] });

test("start, watch to the end, read the report", async () => {
	const started = await ask("train.json");
	expect([started.status, started.headers.get("location")]).toEqual([202, started.body.links.self]);
	const { body: events } = await server.ask(started.body.links.events);
	expect(events).toMatch(/event: done\ndata: \{.*"samples":300/);
	const { body } = await server.ask(started.body.links.self);
	expect(body).toMatchObject({ state: "done", result: { samples: 300, sets: [{ path: "train.json" }] } });
	expect(JSON.stringify(body)).not.toContain(folder);
});

test("what cannot be started is refused at once, what fails later says so", async () => {
	for (const data of ["../x", "/etc/passwd", "link/passwd", "missing.json"]) {
		const { status, body } = await ask(data);
		expect([status, body.error.code, body.error.where]).toEqual([422, "unreadable-file", "data[0]"]);
	}
	expect((await server.ask("/v1/profile/nope")).body.error.code).toBe("not-found");
	writeFileSync(join(folder, "empty.json"), "[]");
	const { body } = await ask("empty.json");
	const { body: events } = await server.ask(body.links.events);
	expect(events).toMatch(/event: failed\ndata: \{.*"code":"unreadable-file"/);
});
