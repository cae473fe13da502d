/** The seam to the server: what a served model adds to it. */

import { OnevisionError } from "@onevision/base";
import type { ModelMap } from "../config/model-map.ts";
import { type Admission, createAdmission } from "../http/admission.ts";
import type { Mount } from "../http/app.ts";
import type { ModelSource } from "../operations/operation.ts";
import { type ChatParts, chatMount, type ServedModel } from "./endpoint.ts";

interface Chat {
	readonly mounts: readonly Mount[];
	/** The model map, and the served model under its name. */
	readonly models: ModelSource;
	readonly admissions: Readonly<Record<string, Admission>>;
	close(): Promise<void>;
}

/** Answers at the same time: each has a cache, and shares the time of the others. */
const AT_ONCE = 4;
/** Answers that may wait for a place, and how long, seconds. */
const MAX_WAITING = 64;
const WAIT_SECONDS = 600;

type Surroundings = Pick<ChatParts, "media" | "reading" | "maxBodyBytes"> & {
	readonly now: (() => number) | undefined;
};

/** Nothing without a served model. Throws `invalid-input` where the gateway answers at the same route. */
export function serveChat(served: ServedModel | undefined, map: ModelMap, around: Surroundings): Chat {
	if (served === undefined) {
		return { mounts: [], models: map, admissions: {}, close: async () => undefined };
	}
	const gated = [...map.targets.values()].find(({ declared }) => declared.upstream !== undefined);
	if (gated !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			`models.${gated.name}.upstream: the gateway and a served model both answer /v1/chat/completions; start two servers, the model's as the upstream of the gateway's`,
		);
	}
	const { name, model, atOnce = AT_ONCE } = served;
	const answering = createAdmission({ atOnce, maxWaiting: MAX_WAITING, waitSeconds: WAIT_SECONDS });
	const pool = model.pool(atOnce);
	const { checkpoint, settings } = model;
	return {
		mounts: [chatMount({ ...around, served, pool, answering, now: around.now ?? Date.now })],
		models: {
			served: name,
			names: [name, ...map.names.filter((each) => each !== name)],
			resolve: (asked) => (asked === name ? { model: checkpoint, settings } : map.resolve(asked)),
		},
		admissions: { answers: answering },
		close: () => pool.close(),
	};
}
