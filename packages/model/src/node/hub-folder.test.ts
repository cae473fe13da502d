/** Downloads from a hub on this machine: in ranges, going on where they stopped, into the cache that Python shares. */

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { downloadSnapshot } from "./hub-folder.ts";
import { loadModel } from "./load.ts";

const FIXTURE = fileURLToPath(new URL("../families/llava-onevision/fixtures/onevision", import.meta.url));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const PIECE = 50_000;
const WEIGHTS = "model.safetensors";

const cacheFolder = mkdtempSync(join(tmpdir(), "onevision-hub-"));
const files = new Map(readdirSync(FIXTURE).map((name) => [name, readFileSync(join(FIXTURE, name))]));
const sha = (kind: "sha1" | "sha256", bytes: Uint8Array) => createHash(kind).update(bytes).digest("hex");

/** Ranges of the weights that were asked for. */
let ranges: string[] = [];
/** Answers of the weights until the connection breaks. */
let breaksAfter = Number.POSITIVE_INFINITY;
/** Whether the hub names another hash than the file has. */
let lies = false;
let server: Server;
let url = "";

function tree(): unknown[] {
	const entries = [...files].map(([path, bytes]) => ({
		type: "file",
		path,
		size: bytes.length,
		oid: sha("sha1", bytes),
		...(path === WEIGHTS
			? { lfs: { oid: lies ? "0".repeat(64) : sha("sha256", bytes), size: bytes.length } }
			: {}),
	}));
	// Neither is fetched: not needed, and no name of a file at the top.
	const others = ["pytorch_model.bin", "../escape.json"].map((path) => ({ ...entries[0], path }));
	return [...entries, ...others];
}

beforeAll(async () => {
	server = createServer((request, response) => {
		const path = new URL(request.url ?? "", "http://hub").pathname;
		const json = (value: unknown) => response.end(JSON.stringify(value));
		if (path.startsWith("/api/models/owner/tiny/revision/"))
			return json({ _id: "1", id: "owner/tiny", sha: COMMIT });
		if (path.startsWith(`/api/models/owner/tiny/tree/${COMMIT}`)) return json(tree());
		const bytes = files.get(path.split("/").at(-1) ?? "");
		const [, first = "0", last = ""] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
		if (!path.startsWith("/owner/tiny/resolve/") || bytes === undefined) {
			response.statusCode = 404;
			return response.end();
		}
		if (path.endsWith(WEIGHTS) && last !== "0") {
			ranges.push(`${first}-${last}`);
			if (ranges.length > breaksAfter) return request.socket.destroy();
		}
		const end = Math.min(Number(last), bytes.length - 1);
		response.writeHead(206, { ETag: '"x"', "Content-Range": `bytes ${first}-${end}/${bytes.length}` });
		return response.end(bytes.subarray(Number(first), end + 1));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
	ranges = [];
	breaksAfter = Number.POSITIVE_INFINITY;
	lies = false;
});
afterAll(() => {
	server.close();
	rmSync(cacheFolder, { recursive: true, force: true });
});

const download = (folder = "a", onProgress: (done: number, total: number) => void = () => undefined) =>
	downloadSnapshot("owner/tiny", { url, cacheFolder: join(cacheFolder, folder), piece: PIECE, onProgress });

test("goes on where it stopped, and the model answers from the cache", async () => {
	breaksAfter = 2;
	await expect(download()).rejects.toThrow("owner/tiny: the hub cannot be reached");
	// The third range was tried three times.
	expect(ranges).toEqual(["0-49999", "50000-99999", "100000-149999", "100000-149999", "100000-149999"]);
	ranges = [];
	breaksAfter = Number.POSITIVE_INFINITY;
	const seen: (readonly [number, number])[] = [];
	const folder = await download("a", (done, total) => seen.push([done, total]));
	expect(ranges[0]).toBe("100000-149999");
	const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
	expect(seen.at(-1)).toEqual([total, total]);
	expect(seen[0]?.[0]).toBeGreaterThan(100_000);
	expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
	for (const [name, bytes] of files) expect(readFileSync(join(folder, name))).toEqual(bytes);
	const model = await loadModel(folder, { threads: 1, cacheFolder });
	expect(model.prompt([{ role: "user", content: "Hello." }]).ids.length).toBeGreaterThan(3);
	await model.close();
});

test("what is there is not fetched again, and stands in for a hub that is away", async () => {
	await download();
	ranges = [];
	const folder = await download();
	expect(ranges).toEqual([]);
	const away = { url: "http://127.0.0.1:9", cacheFolder: join(cacheFolder, "a") };
	expect(await downloadSnapshot("owner/tiny", away)).toBe(folder);
});

test("weights of another hash than the hub names are not kept", async () => {
	lies = true;
	await expect(download("b")).rejects.toThrow("model.safetensors: arrived damaged; run it again");
	const blobs = readdirSync(join(cacheFolder, "b/models--owner--tiny/blobs"));
	expect(blobs.filter((name) => name.startsWith("0000"))).toEqual([]);
});

test("names that are no repository, and repositories that are not there", async () => {
	await expect(downloadSnapshot("../x", { url, cacheFolder })).rejects.toThrow("is no repository of the hub");
	await expect(downloadSnapshot("owner/tiny@a/../../b", { url, cacheFolder })).rejects.toThrow(
		"no name of a revision",
	);
	await expect(downloadSnapshot("owner/none", { url, cacheFolder })).rejects.toThrow(
		"owner/none: no such model or revision on the hub, or it is private or gated",
	);
});
