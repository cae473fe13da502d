/** The page's worker: reads files, decodes, resizes. Every method answers once; some send progress before. */

import { OnevisionError } from "@onevision/base";
import { readHeaders } from "./headers.ts";
import { renderStages, thumbnailOf } from "./pixels.ts";
import type { Method, Methods, Reply, Request } from "./protocol.ts";

type Handler<M extends Method> = (
	ask: Methods[M]["ask"],
	progress: (progress: Methods[M]["progress"], transfer?: readonly Transferable[]) => void,
) => Promise<Methods[M]["answer"]>;

const handlers: { readonly [M in Method]: Handler<M> } = {
	headers: ({ files }) => readHeaders(files),
	thumbnail: thumbnailOf,
	stages: renderStages,
	clipIndex: async ({ blob }) => (await import("./clips.ts")).indexClip(blob),
	clipFrames: async (ask, progress) => {
		const { decodeFrames } = await import("./clips.ts");
		await decodeFrames(ask, progress);
		return undefined;
	},
	compare: async (question) => (await import("./compare.ts")).compareModels(question),
	plan: async (question) => (await import("./plan.ts")).planRequest(question),
	inspectPage: async (question) => (await import("./inspect-page.ts")).drawInspectPage(question),
	profile: async (question) => (await import("./profile.ts")).readProfile(question),
	planFiles: async (question) => (await import("./plan.ts")).planFiles(question),
};

const post = (reply: Reply, transfer: readonly Transferable[] = []): void =>
	globalThis.postMessage(reply, { transfer: [...transfer] });

globalThis.onmessage = async ({ data: { id, method, ask } }: MessageEvent<Request>) => {
	try {
		const handler = handlers[method] as Handler<Method>;
		const answer = await handler(ask, (progress, transfer) => post({ id, progress }, transfer));
		post({ id, answer }, transferable(answer));
	} catch (error) {
		if (error instanceof OnevisionError) post({ id, error: error.message, code: error.code });
		else post({ id, error: error instanceof Error ? error.message : String(error) });
	}
};

function transferable(answer: unknown): Transferable[] {
	return Array.isArray(answer) ? answer.filter((each) => each instanceof ImageBitmap) : [];
}
