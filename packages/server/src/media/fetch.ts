/**
 * Fetches media by URL, for hosts on an allow-list only. Every hop of a redirect is checked anew: scheme, host, port,
 * and every address the name resolves to. The connection goes to the address that was checked, so a name that resolves
 * differently a moment later (DNS rebinding) leads nowhere else.
 */

import { promises as dns, type LookupAddress } from "node:dns";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { OnevisionError } from "@onevision/base";
import { isPublicAddress } from "./addresses.ts";

export interface FetchPolicy {
	/** `images.example.org`, `*.example.org`, `[2606:4700::1111]`, with `:port` where it is not the scheme's own. */
	readonly allow: readonly string[];
	readonly maxBytes: number;
	/** For the whole fetch, redirects included, seconds. */
	readonly maxSeconds: number;
}

/** How names become addresses, and which of them may be connected to. Tests replace it. */
export interface Network {
	resolve(host: string): Promise<readonly LookupAddress[]>;
	isAllowed(address: string): boolean;
}

const PUBLIC_INTERNET: Network = {
	resolve: (host) => dns.lookup(host, { all: true, verbatim: true }),
	isAllowed: isPublicAddress,
};

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const DEFAULT_PORT: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * The bytes at a URL. `where` names it in messages; the URL itself, which may hold a secret, is in none.
 *
 * @throws OnevisionError `unsupported` for a URL that may not be fetched, `unreadable-file` for one that cannot be,
 * `over-limit` past the bytes or the time
 */
export async function fetchMedium(
	url: string,
	where: string,
	policy: FetchPolicy,
	network: Network = PUBLIC_INTERNET,
): Promise<Uint8Array> {
	const timeout = AbortSignal.timeout(policy.maxSeconds * 1000);
	let target = parse(url, where);
	try {
		for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
			const address = await checked(target, where, policy, network, timeout);
			const response = await get(target, address, timeout);
			const { statusCode = 0 } = response;
			if (REDIRECTS.has(statusCode)) {
				response.destroy();
				target = parse(response.headers.location ?? "", where, target);
				continue;
			}
			if (statusCode !== 200) {
				response.destroy();
				throw unreadable(where, `its host responds with status ${statusCode}`);
			}
			return await bodyOf(response, where, policy.maxBytes);
		}
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		if (timeout.aborted) {
			throw new OnevisionError(
				"over-limit",
				`${where}: took longer than ${policy.maxSeconds} s; send the bytes`,
			);
		}
		throw unreadable(where, "its host cannot be reached");
	}
	throw unreadable(where, `redirects more than ${MAX_REDIRECTS} times`);
}

function parse(url: string, where: string, base?: URL): URL {
	// The URL parser accepts control characters and drops them; an honest address has none.
	if (url === "" || /[\p{Cc}\s]/u.test(url) || !URL.canParse(url, base?.href))
		throw refuse(where, "is no URL");
	const parsed = new URL(url, base);
	if (DEFAULT_PORT[parsed.protocol] === undefined) throw refuse(where, "only http and https are fetched");
	if (base?.protocol === "https:" && parsed.protocol === "http:")
		throw refuse(where, "redirects from https to http");
	if (parsed.username !== "" || parsed.password !== "")
		throw refuse(where, "a URL with a user name is not fetched");
	return parsed;
}

/** The address to connect to. Refuses when any of the name's addresses is not allowed: one of them may be next. */
async function checked(
	target: URL,
	where: string,
	{ allow }: FetchPolicy,
	network: Network,
	timeout: AbortSignal,
): Promise<LookupAddress> {
	if (!allow.some((pattern) => matches(pattern, target))) {
		throw refuse(where, "its host is not on the list of those that are fetched from");
	}
	const host = hostOf(target);
	const literal = isIP(host);
	const found =
		literal === 0 ? await abortable(network.resolve(host), timeout) : [{ address: host, family: literal }];
	const [first] = found;
	if (first === undefined) throw unreadable(where, "its host has no address");
	if (!found.every(({ address }) => network.isAllowed(address))) {
		throw refuse(where, "its host is not on the public internet");
	}
	return first;
}

function matches(pattern: string, target: URL): boolean {
	const [, address, name, port] =
		/^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
	const host = address ?? name ?? "";
	const actual = target.port === "" ? DEFAULT_PORT[target.protocol] : target.port;
	if (port === undefined ? target.port !== "" : port !== actual) return false;
	// A final dot names the same host.
	const actualHost = hostOf(target).replace(/\.$/, "");
	return host.startsWith("*.")
		? actualHost.endsWith(host.slice(1)) && actualHost.length > host.length - 1
		: actualHost === host;
}

function hostOf({ hostname }: URL): string {
	return hostname.replace(/^\[|\]$/g, "");
}

function get(target: URL, pinned: LookupAddress, signal: AbortSignal): Promise<IncomingMessage> {
	const request = target.protocol === "https:" ? requestHttps : requestHttp;
	return new Promise((resolve, reject) => {
		request(
			target,
			{
				signal,
				// No pooled connection: it may have been opened to another address.
				agent: false,
				lookup: (_host, options, done) =>
					options.all === true ? done(null, [pinned]) : done(null, pinned.address, pinned.family),
				headers: { accept: "image/*, video/*", "accept-encoding": "identity", "user-agent": "onevision" },
				maxHeaderSize: 16 * 1024,
			},
			resolve,
		)
			.on("error", reject)
			.end();
	});
}

async function bodyOf(response: IncomingMessage, where: string, maxBytes: number): Promise<Uint8Array> {
	const tooLarge = () => {
		response.destroy();
		return new OnevisionError(
			"over-limit",
			`${where}: holds more than ${maxBytes} bytes; send a smaller file`,
		);
	};
	if (Number(response.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
	if ((response.headers["content-encoding"] ?? "identity") !== "identity") {
		response.destroy();
		throw unreadable(where, "is compressed although that was not asked for");
	}
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response as AsyncIterable<Uint8Array>) {
		bytes += chunk.byteLength;
		if (bytes > maxBytes) throw tooLarge();
		chunks.push(chunk);
	}
	if (!response.complete) throw unreadable(where, "breaks off");
	return Buffer.concat(chunks);
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return Promise.race([
		work,
		new Promise<never>((_, reject) => {
			signal.addEventListener("abort", () => reject(signal.reason), { once: true });
		}),
	]);
}

function refuse(where: string, why: string): OnevisionError {
	return new OnevisionError("unsupported", `${where}: not fetched: ${why}; send the bytes`);
}

function unreadable(where: string, why: string): OnevisionError {
	return new OnevisionError("unreadable-file", `${where}: ${why}; send the bytes`);
}
