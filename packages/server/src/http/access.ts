/** Who asks: keys by their hashes, and how many requests each may make per minute. */

import { OnevisionError } from "@onevision/base";
import { hashOfKey, type KeyConfig } from "../config/config.ts";
import { ServerRefusal } from "../refusal.ts";

/** Somebody who may ask. */
export interface Caller {
	/** Name in logs, metrics and budgets: of the key, or a part of the hash of a credential that passes through. */
	readonly name: string;
	readonly key: KeyConfig | undefined;
	/** Whether the credential is this server's own, and not for the upstream. */
	readonly isOurs: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface Access {
	readonly hasKeys: boolean;
	/** Throws `unauthorized` without a known key, `rate-limited` past the key's requests per minute. */
	admit(headers: Headers): Caller;
}

const MINUTE_MS = 60_000;

/** Throws `invalid-input` for a key without a secret. `now` gives milliseconds. */
export function createAccess(
	keys: readonly KeyConfig[] = [],
	env: Readonly<Record<string, string | undefined>> = process.env,
	now: () => number = Date.now,
): Access {
	const known = new Map(keys.map((key) => [secretHash(key, env), key]));
	const spent = new Map<string, { minute: number; requests: number }>();
	return {
		hasKeys: keys.length > 0,
		admit: (headers) => {
			const credential = credentialOf(headers);
			if (keys.length === 0) {
				const name =
					credential === undefined ? "anonymous" : `credential-${hashOfKey(credential).slice(0, 12)}`;
				return { name, key: undefined, isOurs: false };
			}
			const key = credential === undefined ? undefined : known.get(hashOfKey(credential));
			if (key === undefined) {
				throw new ServerRefusal(
					"unauthorized",
					credential === undefined
						? "no key; send authorization: Bearer KEY or x-api-key: KEY"
						: "this key is not known; send one of the server's keys",
					{ "www-authenticate": "Bearer" },
				);
			}
			const minute = Math.floor(now() / MINUTE_MS);
			const before = spent.get(key.name);
			const requests = (before?.minute === minute ? before.requests : 0) + 1;
			if (requests > (key.requestsPerMinute ?? Number.POSITIVE_INFINITY)) {
				const seconds = Math.ceil(((minute + 1) * MINUTE_MS - now()) / 1000);
				throw new ServerRefusal(
					"rate-limited",
					`${key.name}: more than ${key.requestsPerMinute} requests in this minute; wait ${seconds} s`,
					{ "retry-after": String(seconds) },
				);
			}
			spent.set(key.name, { minute, requests });
			return { name: key.name, key, isOurs: true };
		},
	};
}

function secretHash(
	{ name, env: variable, sha256 }: KeyConfig,
	env: Readonly<Record<string, string | undefined>>,
): string {
	if ((variable === undefined) === (sha256 === undefined)) {
		throw new OnevisionError("invalid-input", `keys: ${name}: give either env or sha256`);
	}
	if (sha256 !== undefined) {
		if (/^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase();
		throw new OnevisionError("invalid-input", `keys: ${name}: sha256 is not 64 hexadecimal digits`);
	}
	const secret = env[variable ?? ""];
	if (secret !== undefined && secret !== "") return hashOfKey(secret);
	throw new OnevisionError("invalid-input", `keys: ${name}: the environment variable ${variable} is not set`);
}

/** `authorization: Bearer …` as OpenAI's clients send it, or `x-api-key` as Anthropic's do. */
function credentialOf(headers: Headers): string | undefined {
	const bearer = /^Bearer +(\S+)$/i.exec(one(headers.authorization) ?? "")?.[1];
	return bearer ?? one(headers["x-api-key"]);
}

function one(value: string | string[] | undefined): string | undefined {
	const found = Array.isArray(value) ? value[0] : value;
	return found === "" ? undefined : found;
}
