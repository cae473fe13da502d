import type { OpenedFile, OpenSetup } from "../open-file.ts";
import { DecoderMissing } from "../open-file.ts";
export async function openWithCommand(setup: OpenSetup): Promise<OpenedFile> {
	void setup;
	throw new DecoderMissing();
}
