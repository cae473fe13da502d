/** The thread that measures long prompts, one after another. */

import { parentPort, workerData } from "node:worker_threads";
import { OnevisionError } from "@onevision/base";
import type { ChatFiles } from "@onevision/data";
import { createChatMeter } from "@onevision/data/chat";
import { measureWith, type ThreadAnswer, type ThreadQuestion } from "./prompt-meter.ts";

const { measurePrompt } = createChatMeter(workerData as ChatFiles);

parentPort?.on("message", ({ id, prompt }: ThreadQuestion) => {
	const answer = (sent: ThreadAnswer): void => parentPort?.postMessage(sent);
	try {
		if (measurePrompt === undefined) throw new Error("internal: a chat meter without prompts");
		answer({ id, measure: measureWith(measurePrompt, prompt) });
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		answer({ id, failure: { code: error.code, message: error.message } });
	}
});
