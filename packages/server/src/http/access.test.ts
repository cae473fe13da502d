/** Keys, their limits, places and the shutdown. */

import { expect, test } from "vitest";
import { hashOfKey } from "../config/config.ts";
import { testServer } from "../testing/client.ts";
import { createAccess } from "./access.ts";
import { createAdmission } from "./admission.ts";

test("keys are known by their hash or their variable, in both headers", async () => {
	const server = await testServer(
		{
			keys: [
				{ name: "a", env: "KEY_A" },
				{ name: "b", sha256: hashOfKey("bbb") },
			],
		},
		{ env: { KEY_A: "aaa" } },
	);
	const status = async (headers: Readonly<Record<string, string>>) =>
		(await server.ask("/v1/models", { headers })).status;
	expect(await status({})).toBe(401);
	expect(await status({ authorization: "Bearer nope" })).toBe(401);
	expect(await status({ authorization: "Bearer aaa" })).toBe(200);
	expect(await status({ "x-api-key": "bbb" })).toBe(200);
	expect((await server.ask("/metrics")).status).toBe(401);
	expect((await server.ask("/healthz")).status).toBe(200);
	await server.close(1);
});

test("a key's requests per minute, with the seconds to wait", () => {
	let now = 0;
	const access = createAccess([{ name: "a", env: "A", requestsPerMinute: 2 }], { A: "aaa" }, () => now);
	const ask = () => access.admit({ authorization: "Bearer aaa" }).name;
	expect([ask(), ask()]).toEqual(["a", "a"]);
	now = 45_000;
	expect(ask).toThrow(expect.objectContaining({ code: "rate-limited", headers: { "retry-after": "15" } }));
	now = 60_000;
	expect(ask()).toBe("a");
});

test("an address that others reach needs keys, or the word", async () => {
	await expect(testServer({}, { host: "0.0.0.0" })).rejects.toThrow(/no keys are configured; give keys/);
	for (const key of [{ name: "a" }, { name: "a", env: "NONE" }, { name: "a", sha256: "x" }]) {
		await expect(testServer({ keys: [key] }, { env: {} })).rejects.toMatchObject({ code: "invalid-input" });
	}
});

test("so many at once, so many waiting, in order; leaving twice frees one place", async () => {
	const admission = createAdmission({ atOnce: 1, maxWaiting: 1, waitSeconds: 0.05 });
	const leave = await admission.enter();
	const second = admission.enter();
	await expect(admission.enter()).rejects.toMatchObject({ code: "overloaded" });
	leave();
	leave();
	const leaveSecond = await second;
	expect([admission.running, admission.waiting]).toEqual([1, 0]);
	await expect(admission.enter()).rejects.toThrow(/within 0.05 s/);
	const controller = new AbortController();
	const gone = admission.enter(controller.signal);
	controller.abort();
	await expect(gone).rejects.toMatchObject({ code: "overloaded" });
	leaveSecond();
	expect([admission.running, admission.waiting]).toEqual([0, 0]);
});
