/** What a result depends on besides its specification. */

import { createRequire } from "node:module";

/** Versions of the lab, onnxruntime-node and Node, and the platform. */
export function versions(): Readonly<Record<string, string>> {
	const require = createRequire(import.meta.url);
	const { version } = require("../package.json") as { readonly version: string };
	return {
		onevision: version,
		"onnxruntime-node": runtimeVersion(require),
		node: process.versions.node,
		platform: `${process.platform}-${process.arch}`,
	};
}

/** An optional peer: a run without it fails before this is asked. */
function runtimeVersion(require: NodeJS.Require): string {
	try {
		return (require("onnxruntime-node/package.json") as { readonly version: string }).version;
	} catch {
		return "unknown";
	}
}
