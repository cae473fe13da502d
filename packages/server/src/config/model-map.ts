/** The model map, resolved: what every name means, before the first request. */

import { resolve } from "node:path";
import { createAnyCounter } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { Checkpoint, Settings } from "@onevision/core";
import { readSnapshotFolder } from "@onevision/model/node";
import type { ModelSource } from "../operations/operation.ts";
import type { LoadedConfig, MappedModel } from "./config.ts";

export interface MappedTarget {
	readonly name: string;
	readonly declared: MappedModel;
	readonly model: string | Checkpoint;
	/** Those of the snapshot, then those of the map. */
	readonly settings: Settings;
}

export interface ModelMap extends ModelSource {
	readonly targets: ReadonlyMap<string, MappedTarget>;
}

/** Throws what reading a snapshot and checking settings throw, naming the model. */
export async function readModelMap({ config, folder }: LoadedConfig): Promise<ModelMap> {
	const targets = new Map<string, MappedTarget>();
	for (const [name, declared] of Object.entries(config.models ?? {})) {
		const target = await readTarget(name, declared, folder);
		// Settings that cannot be counted with are refused at the start, not in every request.
		createAnyCounter(target.model, target.settings);
		targets.set(name, target);
	}
	return {
		targets,
		names: [...targets.keys()],
		resolve: (name) => targets.get(name) ?? { model: name, settings: {} },
	};
}

async function readTarget(name: string, declared: MappedModel, folder: string): Promise<MappedTarget> {
	const { model, snapshot, settings = {} } = declared;
	if ((model === undefined) === (snapshot === undefined)) {
		throw new OnevisionError("invalid-input", `models.${name}: give either model or snapshot`);
	}
	if (snapshot === undefined) return { ...{ name, declared, settings }, model: model ?? name };
	const read = await readSnapshotFolder(resolve(folder, snapshot), `models.${name}.snapshot ${snapshot}`);
	return { ...{ name, declared }, model: read.checkpoint, settings: { ...read.settings, ...settings } };
}
