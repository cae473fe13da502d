/**
 * sharp decodes and encodes images in Node. It is an optional peer dependency, loaded when the first image needs it.
 */

import { OnevisionError } from "@onevision/base";
import type sharp from "sharp";

/** Throws `unsupported` if sharp, or its binary for this platform, is not installed. */
export async function loadSharp(): Promise<typeof sharp> {
	try {
		return (await import("sharp")).default;
	} catch (error) {
		const why = isMissing(error) ? "is not installed" : "has no binary for this platform";
		throw new OnevisionError("unsupported", `images need the package sharp, which ${why}; npm install sharp`);
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
