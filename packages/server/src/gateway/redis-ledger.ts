/** Counters in Redis or Valkey, shared by several instances; a script checks and charges in one step. */

import { createClient } from "@redis/client";
import type { Log } from "../http/log.ts";
import { ServerRefusal } from "../refusal.ts";
import type { Charge, Ledger } from "./ledger.ts";

/** One hash tag, so that all counters of a request lie in one slot of a cluster. */
const PREFIX = "{onevision}:";
/** Counters outlive their day, for requests that end after midnight, seconds. */
const TTL_SECONDS = 3 * 24 * 3600;
/** Most time for an answer, milliseconds. */
const TIMEOUT_MS = 2000;

/** ARGV: seconds, then amount and limit of each key; a limit of "" is none. */
const CHARGE = `
local totals = {}
for i, key in ipairs(KEYS) do
  local held = tonumber(redis.call('GET', key) or '0')
  local amount, limit = tonumber(ARGV[2 * i]), ARGV[2 * i + 1]
  if limit ~= '' and held + amount > tonumber(limit) then return {0, i - 1, string.format('%.0f', held)} end
end
for i, key in ipairs(KEYS) do
  totals[i] = string.format('%.0f', redis.call('INCRBY', key, ARGV[2 * i]))
  redis.call('EXPIRE', key, ARGV[1])
end
return {1, unpack(totals)}
`;

/** Throws `overloaded` when the server cannot be reached. */
export async function redisLedger(url: string, log: Log): Promise<Ledger> {
	let wasReady = false;
	const client = createClient({
		url,
		// A command that cannot be sent fails at once instead of waiting for a connection.
		disableOfflineQueue: true,
		socket: {
			connectTimeout: TIMEOUT_MS, // At the start, an address that does not answer is a mistake in the configuration.
			reconnectStrategy: (retries) =>
				wasReady ? Math.min(50 * 2 ** retries, 2000) : new Error("unreachable"),
		},
	});
	let isDown = false;
	client.on("error", () => {
		if (!isDown) log({ level: "error", event: "redis-down" });
		isDown = true;
	});
	client.on("ready", () => {
		wasReady = true;
		if (isDown) log({ level: "info", event: "redis-up" });
		isDown = false;
	});
	await within(client.connect()).catch(async () => {
		client.destroy();
		throw unreachable();
	});
	const run = async (charges: readonly Charge[]): Promise<readonly unknown[]> => {
		const keys = charges.map(({ counter }) => `${PREFIX}${counter}`);
		const args = charges.flatMap(({ amount, limit }) => [
			String(amount),
			limit === undefined ? "" : String(limit),
		]);
		try {
			const reply = await within(client.eval(CHARGE, { keys, arguments: [String(TTL_SECONDS), ...args] }));
			if (Array.isArray(reply)) return reply;
		} catch {
			throw unreachable();
		}
		throw unreachable();
	};
	return {
		charge: async (charges) => {
			if (charges.length === 0) return { isCharged: true, totals: [] };
			const [isCharged, ...rest] = await run(charges);
			if (Number(isCharged) === 1) return { isCharged: true, totals: rest.map(Number) };
			return { isCharged: false, index: Number(rest[0]), total: Number(rest[1]) };
		},
		adjust: async (charges) => {
			if (charges.length > 0) await run(charges);
		},
		close: async () => {
			await client.close().catch(() => client.destroy());
		},
	};
}

function unreachable(): ServerRefusal {
	return new ServerRefusal("overloaded", "the budgets cannot be read at the moment; try again", {
		"retry-after": "1",
	});
}

async function within<T>(work: Promise<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	try {
		return await Promise.race([
			work,
			new Promise<never>((_, reject) => {
				timer = setTimeout(() => reject(new Error("timeout")), TIMEOUT_MS);
			}),
		]);
	} finally {
		clearTimeout(timer);
	}
}
