/** The kernel is there, and is the one its source describes. */

import { expect, test } from "vitest";
import { renderKernel } from "../../../../scripts/kernel.ts";
import { kernelOfThread } from "./kernel.ts";
import { KERNEL_BYTES } from "./kernel-bytes.ts";

test("it runs here", () => {
	expect(kernelOfThread()).toBeDefined();
});

test("its bytes are what its source compiles to; else run npm run kernel", async () => {
	expect(await renderKernel()).toContain(KERNEL_BYTES);
});
