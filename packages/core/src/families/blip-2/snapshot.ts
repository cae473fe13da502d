/**
 * Reads snapshots of BLIP-2 and InstructBLIP. Source: transformers 5.18 models/{blip_2,instructblip}, their processors
 * and configurations.
 */

import type { QueryConstants } from "../../layouts/q-former.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { readBlip } from "../../snapshot/q-former.ts";
import type { SnapshotReader, SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { NO_CROP } from "../../snapshot/view.ts";
import type { Blip2Settings } from "./layout.ts";

type Blip2Reading = SnapshotReading<"blip-2", QueryConstants, Blip2Settings>;

function readImageBlip(snapshot: OpenSnapshot, readsText: boolean): Blip2Reading {
	expectClass(snapshot.image, "image_processor_type", ["BlipImageProcessor"]);
	const { constants, parts, notes } = readBlip(snapshot, snapshot.image, readsText);
	return { family: "blip-2", constants, ...parts, notes };
}

const blipReader = (readsText: boolean, processor: string) =>
	({
		family: "blip-2",
		processors: [processor],
		ignored: { image: NO_CROP, processor: ["qformer_tokenizer"] },
		source: `${processor} and BlipImageProcessor`,
		read: (snapshot) => readImageBlip(snapshot, readsText),
	}) as const satisfies SnapshotReader;

export const snapshot = {
	readers: {
		"blip-2": blipReader(false, "Blip2Processor"),
		instructblip: blipReader(true, "InstructBlipProcessor"),
	},
} as const satisfies SnapshotSupport;
