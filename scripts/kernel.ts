/** Builds the pixel kernel: AssemblyScript to WebAssembly, embedded in a source file. `npm run kernel` */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { ROOT } from "./files.ts";

export const KERNEL_FILE = "packages/media/src/kernel/kernel-bytes.ts";
const SOURCES = "packages/media/kernel";
const FILES = ["index.ts", "emit.ts", "gif.ts", "resample.ts"];

/** The text of `kernel-bytes.ts` for the kernel's source as it stands. Throws with the compiler's message. */
export async function renderKernel(): Promise<string> {
	const sources = Object.fromEntries(
		FILES.map((file) => [file, readFileSync(join(ROOT, SOURCES, file), "utf8")]),
	);
	const { error, binary, stderr } = await asc.compileString(sources, {
		// AssemblyScript's name for the runtime without a garbage collector: the kernel only reads and writes given memory.
		runtime: "stub",
		enable: ["simd"],
		optimizeLevel: 3,
		noAssert: true,
		importMemory: true,
	});
	if (error !== null || binary === null) throw new Error(`${SOURCES}: ${stderr.toString()}`);
	const text = Buffer.from(binary).toString("base64");
	return `/** The pixel kernel, ${binary.length} bytes of WebAssembly. Generated from kernel/ by \`npm run kernel\`. */\n\nexport const KERNEL_BYTES =\n\t"${text}";\n`;
}

if (process.argv[1]?.endsWith("kernel.ts")) writeFileSync(join(ROOT, KERNEL_FILE), await renderKernel());
