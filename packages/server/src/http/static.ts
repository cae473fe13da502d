/** Serves a built page: the files that its folder held at the start, and nothing a request could name besides. */

import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { Mount } from "./app.ts";

const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".json": "application/json",
	".svg": "image/svg+xml",
	".png": "image/png",
	".jpg": "image/jpeg",
	".webp": "image/webp",
	".mp4": "video/mp4",
	".ico": "image/x-icon",
	".wasm": "application/wasm",
	".woff2": "font/woff2",
	".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
};

/** The page runs its own scripts and WebAssembly, reads what people drop on it, and talks to this server alone. */
const POLICY =
	"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Throws `unreadable-file` for a folder that does not exist or holds no index.html. */
export async function pageRoutes(folder: string, label = folder): Promise<readonly Mount[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
	// Neither links nor hidden files.
	const files = entries
		.filter((entry) => entry.isFile() && !entry.name.startsWith("."))
		.map((entry) => join(entry.parentPath, entry.name));
	const paths = new Map(files.map((file) => [`/${relative(folder, file).split(sep).join("/")}`, file]));
	const index = paths.get("/index.html");
	if (index === undefined) {
		throw new OnevisionError(
			"unreadable-file",
			`${label}: no index.html there; give the folder of the built page`,
		);
	}
	paths.set("/", index);
	return [...paths].map(([path, file]) => ({
		...{ method: "GET", path: path.replace(/[:*{}?]/g, ""), route: "/ (page)", isPublic: true },
		handle: async () =>
			new Response(new Uint8Array(await readFile(file)), {
				headers: {
					"content-type": TYPES[extname(file)] ?? "application/octet-stream",
					"content-security-policy": POLICY,
					"x-content-type-options": "nosniff",
					"referrer-policy": "no-referrer",
					// Names of built files change with their content; the page itself is asked for anew.
					"cache-control": file === index ? "no-cache" : "public, max-age=3600",
				},
			}),
	}));
}
