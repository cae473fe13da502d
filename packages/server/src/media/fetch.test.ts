/** Fetching by URL against hosts that lie: in their names, their addresses, their redirects and their bodies. */

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { isPublicAddress } from "./addresses.ts";
import { type FetchPolicy, fetchMedium, type Network } from "./fetch.ts";

const servers: Server[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

async function host(answer: RequestListener): Promise<number> {
	const server = createServer(answer);
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return (server.address() as AddressInfo).port;
}

const policy = (port: number, more: Partial<FetchPolicy> = {}): FetchPolicy => ({
	...{ allow: [`good.test:${port}`, `*.cdn.test:${port}`], maxBytes: 1000, maxSeconds: 5 },
	...more,
});
/** Every name is on this machine, which counts as public unless it is named so. */
const network = (isAllowed: Network["isAllowed"] = () => true, address = "127.0.0.1"): Network => ({
	resolve: async () => [{ address, family: 4 }],
	isAllowed,
});
const fetched = (url: string, port: number, net = network(), more: Partial<FetchPolicy> = {}) =>
	fetchMedium(url, "media[0].url", policy(port, more), net);

test("a host on the list, through a redirect", async () => {
	const port = await host(({ url }, response) => {
		if (url === "/") response.writeHead(302, { location: `http://a.cdn.test:${port}/b` }).end();
		else response.end("bytes");
	});
	expect(Buffer.from(await fetched(`http://good.test:${port}/`, port)).toString()).toBe("bytes");
});

test.each([
	["another host", "http://evil.test:PORT/"],
	["another port", "http://good.test/"],
	["a name that ends alike", "http://evilgood.test:PORT/"],
	["the parent of a pattern", "http://cdn.test:PORT/"],
	["another scheme", "file:///etc/passwd"],
	["gopher", "gopher://good.test:PORT/"],
	["a user name", "http://good.test:PORT@evil.test/"],
	["a line break", "http://good.test:PORT/\r\nx: y"],
	["nothing", ""],
])("%s is not fetched", async (_name, url) => {
	let asked = 0;
	const port = await host((_request, response) => {
		asked++;
		response.end("secret");
	});
	const error = await fetched(url.replace("PORT", String(port)), port).catch((each: unknown) => each);
	expect(error).toMatchObject({
		code: "unsupported",
		message: expect.stringMatching(/^media\[0\]\.url: not fetched/),
	});
	expect(asked).toBe(0);
});

test.each([
	"http://169.254.169.254/latest/",
	"http://evil.test/",
	"https://good.test:1/",
	"file:///etc/passwd",
])("a redirect to %s is not followed", async (location) => {
	const port = await host((_request, response) => response.writeHead(302, { location }).end());
	await expect(fetched(`http://good.test:${port}/`, port)).rejects.toMatchObject({ code: "unsupported" });
});

test("a listed name that resolves to a private address, alone or among public ones", async () => {
	for (const addresses of [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]]) {
		const net = {
			resolve: async () => addresses.map((address) => ({ address, family: 4 })),
			isAllowed: isPublicAddress,
		};
		await expect(fetched("http://good.test:80/", 80, net)).rejects.toThrow(/not on the public internet/);
	}
});

test("the connection goes to the address that was checked, however often the name is asked", async () => {
	const port = await host((_request, response) => response.end("pinned"));
	let asked = 0;
	const rebinding: Network = {
		resolve: async () => [{ address: asked++ === 0 ? "127.0.0.1" : "127.0.0.2", family: 4 }],
		isAllowed: (address) => address === "127.0.0.1",
	};
	expect(Buffer.from(await fetched(`http://good.test:${port}/`, port, rebinding)).toString()).toBe("pinned");
	expect(asked).toBe(1);
});

test("addresses written in other ways are what they are", async () => {
	for (const url of [
		"http://0x7f.1/",
		"http://2130706433/",
		"http://[::ffff:7f00:1]/",
		"http://127.1/",
		"http://0/",
	]) {
		const { hostname } = new URL(url);
		const allow = [hostname];
		const error = await fetched(url, 80, network(isPublicAddress), { allow }).catch((each: unknown) => each);
		expect(error).toMatchObject({ message: expect.stringMatching(/not on the public internet/) });
	}
});

test("too long, declared or not; too slow; redirects without end; a status; compression; a body cut short", async () => {
	const port = await host(({ url }, response) => {
		if (url === "/declared") response.writeHead(200, { "content-length": "5000" }).end();
		else if (url === "/long") response.end("x".repeat(5000));
		else if (url === "/loop") response.writeHead(302, { location: "/loop" }).end();
		else if (url === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end("x");
		else if (url === "/missing") response.writeHead(404).end();
		else if (url === "/cut") {
			response.writeHead(200, { "content-length": "100" });
			response.write("x");
			setTimeout(() => response.destroy(), 20);
		}
	});
	const refusal = (path: string, more: Partial<FetchPolicy> = {}) =>
		fetched(`http://good.test:${port}${path}`, port, network(), more).then(
			() => "fetched",
			({ code, message }) => `${code} ${message}`,
		);
	expect(await refusal("/declared")).toMatch(/^over-limit .*more than 1000 bytes/);
	expect(await refusal("/long")).toMatch(/^over-limit .*more than 1000 bytes/);
	expect(await refusal("/silent", { maxSeconds: 0.1 })).toMatch(/^over-limit .*longer than 0.1 s/);
	expect(await refusal("/loop")).toMatch(/^unreadable-file .*redirects more than 3 times/);
	expect(await refusal("/gzip")).toMatch(/^unreadable-file .*compressed/);
	expect(await refusal("/missing")).toMatch(/^unreadable-file .*status 404/);
	expect(await refusal("/cut")).toMatch(/^unreadable-file/);
});

test.each([
	["8.8.8.8", true],
	["2606:4700::1111", true],
	...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.168.1.1"].map(
		no,
	),
	...["198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fd00::1"].map(
		no,
	),
	...[
		"::ffff:8.8.8.8",
		"64:ff9b::7f00:1",
		"2002:7f00:1::",
		"2001::1",
		"2001:db8::1",
		"ff02::1",
		"localhost",
	].map(no),
])("%s is public: %s", (address, isPublic) => {
	expect(isPublicAddress(String(address))).toBe(isPublic);
});

function no(address: string): [string, boolean] {
	return [address, false];
}
