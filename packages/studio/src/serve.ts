/** Serves the built page on this machine alone. The files are listed once, so no request can name any other. */

import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { OnevisionError } from "@onevision/base";
import { CONTENT_SECURITY_POLICY } from "./content-security-policy.ts";

export interface PageServer {
	/** Address of the page. */
	readonly url: string;
	close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".json": "application/json",
	".woff2": "font/woff2",
	".webp": "image/webp",
	".jpg": "image/jpeg",
	".png": "image/png",
	".mp4": "video/mp4",
};

/** Kinds of files that compression makes much smaller. */
const COMPRESSED: readonly string[] = [".html", ".js", ".css", ".svg", ".json"];

/** Of ten levels the one that takes tens of milliseconds and not seconds; the strongest saves 8 % more. */
const BROTLI_QUALITY = 5;

/** The build names these by their content, so that they are kept for good; everything else is asked for again. */
const NAMED_BY_CONTENT = /^assets\//;

/** Headers of every answer. `frame-ancestors` works only as a header. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
	"content-security-policy": `${CONTENT_SECURITY_POLICY}; frame-ancestors 'none'`,
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
	"permissions-policy": "camera=(), microphone=(), geolocation=()",
};

interface PageFile {
	readonly bytes: Buffer;
	readonly type: string;
	/** Made on first request. */
	compressed?: Promise<Buffer>;
}

/** The files of a folder by their path with `/`, the page itself also under the empty path. */
function filesOf(folder: string): ReadonlyMap<string, PageFile> {
	const files = new Map<string, PageFile>();
	for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		const name = relative(folder, path).split(sep).join("/");
		const type = TYPES[extname(entry.name)] ?? "application/octet-stream";
		files.set(name, { bytes: readFileSync(path), type });
	}
	const page = files.get("index.html");
	if (page !== undefined) files.set("", page);
	return files;
}

/**
 * Serves a folder on 127.0.0.1; port 0 takes a free one. Throws `invalid-input` for a port in use or one that this
 * user may not open.
 */
export async function servePage(
	folder: string,
	{ port = 0 }: { readonly port?: number } = {},
): Promise<PageServer> {
	const files = filesOf(folder);
	const server = createServer(async ({ method, url = "/", headers }, response) => {
		for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
		if (method !== "GET" && method !== "HEAD") {
			response.writeHead(405, { allow: "GET, HEAD" }).end();
			return;
		}
		const path = pathOf(url);
		const file = files.get(path);
		if (file === undefined) {
			response
				.writeHead(404, { "content-type": "text/plain; charset=utf-8" })
				.end("not a file of this page\n");
			return;
		}
		const isCompressed = COMPRESSED.some((end) => file.type === TYPES[end]);
		const takesBrotli = /\bbr\b/.test(String(headers["accept-encoding"] ?? ""));
		const body = isCompressed && takesBrotli ? await compressed(file) : file.bytes;
		response.writeHead(200, {
			"content-type": file.type,
			"content-length": body.byteLength,
			"cache-control": NAMED_BY_CONTENT.test(path) ? "max-age=31536000, immutable" : "no-cache",
			...(isCompressed ? { vary: "accept-encoding" } : {}),
			...(body === file.bytes ? {} : { "content-encoding": "br" }),
		});
		response.end(method === "HEAD" ? undefined : body);
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => {
			const why = error.code === "EADDRINUSE" ? "is in use" : `cannot be opened (${error.code})`;
			reject(new OnevisionError("invalid-input", `--port ${port}: ${why}; give another, or leave it out`));
		});
		server.listen(port, "127.0.0.1", resolve);
	});
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("internal: a server without a port");
	return {
		url: `http://127.0.0.1:${address.port}/`,
		close: async () => {
			server.closeAllConnections();
			await promisify(server.close.bind(server))();
		},
	};
}

/** The path of a request below the root; a path that cannot be decoded names no file. */
function pathOf(url: string): string {
	try {
		return decodeURIComponent(new URL(url, "http://page").pathname.slice(1));
	} catch {
		return "\0";
	}
}

function compressed(file: PageFile): Promise<Buffer> {
	file.compressed ??= promisify(brotliCompress)(file.bytes, {
		params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
	}) as Promise<Buffer>;
	return file.compressed;
}
