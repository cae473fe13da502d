/** Both kinds of counters: all or nothing, to the last token, however many ask at once. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SILENT } from "../http/log.ts";
import { testServer } from "../testing/client.ts";
import { hasRedis, startRedis, type TestRedis } from "../testing/redis.ts";
import { chat, fakeUpstream } from "../testing/upstream.ts";
import { type Charged, type Ledger, memoryLedger } from "./ledger.ts";
import { redisLedger } from "./redis-ledger.ts";

let redis: TestRedis | undefined;
beforeAll(async () => {
	if (hasRedis()) redis = await startRedis();
});
afterAll(() => redis?.stop());

const LEDGERS = { memory: async () => memoryLedger(), redis: () => redisLedger(redis?.url ?? "", SILENT) };

describe.each(Object.keys(LEDGERS) as (keyof typeof LEDGERS)[])("%s", (kind) => {
	test.skipIf(kind === "redis" && !hasRedis())(
		"charges all or nothing, and says which counter is full",
		async () => {
			const ledger = await LEDGERS[kind]();
			const charge = (a: number, b: number) =>
				ledger.charge([
					{ counter: "a", amount: a, limit: 10 },
					{ counter: "b", amount: b, limit: 9_000_000_000_000_000 },
				]);
			expect(await charge(4, 8_000_000_000_000_000)).toEqual({
				isCharged: true,
				totals: [4, 8_000_000_000_000_000],
			});
			expect(await charge(7, 1)).toEqual({ isCharged: false, index: 0, total: 4 });
			expect(await charge(6, 1)).toEqual({ isCharged: true, totals: [10, 8_000_000_000_000_001] });
			expect(await charge(0, 2_000_000_000_000_000)).toEqual({
				isCharged: false,
				index: 1,
				total: 8_000_000_000_000_001,
			});
			await ledger.adjust([{ counter: "a", amount: -3 }]);
			expect(await ledger.charge([{ counter: "a", amount: 1000 }])).toEqual({
				isCharged: true,
				totals: [1007],
			});
			expect(await ledger.charge([])).toEqual({ isCharged: true, totals: [] });
			await ledger.close();
		},
	);
});

test.skipIf(!hasRedis())("four instances and 10,000 charges share a limit to the last token", async () => {
	const ledgers: Ledger[] = await Promise.all(Array.from({ length: 4 }, LEDGERS.redis));
	// Amounts from 1 to 9; the limit is about half of what is asked.
	const amounts = Array.from({ length: 10_000 }, (_, index) => 1 + ((index * 7919) % 9));
	const results: (Charged | undefined)[] = [];
	// So many at once; all of them would wait longer than a charge may.
	for (let from = 0; from < amounts.length; from += 500) {
		const some = amounts.slice(from, from + 500);
		const charging = some.map((amount, index) =>
			ledgers[index % 4]?.charge([{ counter: "many", amount, limit: 25_000 }]),
		);
		results.push(...(await Promise.all(charging)));
	}
	const spent = amounts
		.filter((_, index) => results[index]?.isCharged === true)
		.reduce((sum, amount) => sum + amount, 0);
	// Charges of 1 fit until the limit is reached exactly.
	expect(spent).toBe(25_000);
	await Promise.all(ledgers.map((ledger) => ledger.close()));
});

test.skipIf(!hasRedis())("four gateways keep one day's budget together", async () => {
	const upstream = await fakeUpstream(chat("Yes."));
	const config = {
		models: { qwen: { model: "qwen2.5-vl-7b", upstream: upstream.url } },
		budgets: { day: { promptTokens: 700 } },
		redis: redis?.url ?? "",
	};
	const servers = await Promise.all(Array.from({ length: 4 }, () => testServer(config)));
	const messages = [{ role: "user", content: "x".repeat(360) }];
	const answers = await Promise.all(
		Array.from({ length: 40 }, (_, index) =>
			servers[index % 4]?.post("/v1/chat/completions", { model: "qwen", messages }),
		),
	);
	const passed = answers.filter((answer) => answer?.status === 200);
	// Each takes 95 tokens by the estimate and 100 by the upstream: seven fit while they run.
	expect(passed).toHaveLength(7);
	expect(upstream.received).toHaveLength(7);
	await redis?.stop();
	const down = await servers[0]?.post("/v1/chat/completions", { model: "qwen", messages });
	expect([down?.status, down?.body.error.code]).toEqual([503, "overloaded"]);
	await Promise.all(servers.map((server) => server.close(1)));
	await upstream.close();
});

test("a Redis that is not there is refused at the start", async () => {
	await expect(testServer({ redis: "redis://127.0.0.1:9" })).rejects.toMatchObject({ code: "overloaded" });
});
