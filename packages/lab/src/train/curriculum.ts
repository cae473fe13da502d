/** A planned curriculum as the lab trains it: `curriculum.yaml` of `onevision plan --out`, or of one's own. */

import { OnevisionError } from "@onevision/base";
import { choice, integer, isRecord, list, number, object, optional, text } from "@onevision/base/schema";
import { SCENARIOS } from "@onevision/core";
import { TRAINED_PARTS } from "@onevision/model/training";
import { parse as parseYaml } from "yaml";
import type { StageSpec } from "./stage.ts";

const SCHEDULES = ["constant", "cosine", "linear"] as const;
const share = optional(number("Share of a scenario", { min: 0, max: 1 }));

/** What is read of a stage; whatever else a plan says of it is for other trainers. */
const stageSchema = object("A stage", {
	stage: text("Its name", 100),
	samples: number("Samples", { min: 1, max: 1e12 }),
	mixture: object("Shares of the scenarios", { "single-image": share, "multi-image": share, video: share }),
	trainable: list("Trained parts", choice("A part", TRAINED_PARTS), { min: 1, max: 3 }),
	learningRates: object("Peak rate by part", {
		tower: optional(number("Of the tower", { min: 0, max: 1 })),
		projector: optional(number("Of the projector", { min: 0, max: 1 })),
		"language-model": optional(number("Of the language model", { min: 0, max: 1 })),
	}),
	schedule: choice("How the rate goes on after warm-up", SCHEDULES),
	warmup: number("Share of the steps with a rising rate", { min: 0, max: 0.9 }),
	epochs: optional(number("Passes over the samples", { min: 0.01, max: 100 })),
});
const STAGE_KEYS = Object.keys(stageSchema.json.properties ?? {});

export interface CurriculumOptions {
	/** Samples of all stages together, shared out as in the plan: a plan for millions, at the lab's size. */
	readonly samples?: number;
	/**
	 * Peak rate of all trained parts (default 3e-3), in place of the plan's, which are for pretrained parts;
	 * "plan" keeps those.
	 */
	readonly learningRate?: number | "plan";
}

/** For a model of this size from scratch. */
const DEFAULT_RATE = 3e-3;
const FLOOR = 0.05;
const totalSchema = integer("samples", { min: 1, max: 1e9 });

/** Reads the stages of a curriculum. Throws `unreadable-file`, `invalid-input` or `unknown-key` in one line. */
export function readCurriculum(
	written: string,
	label: string,
	{ samples, learningRate = DEFAULT_RATE }: CurriculumOptions = {},
): readonly StageSpec[] {
	let document: unknown;
	try {
		document = parseYaml(written, { maxAliasCount: 100 });
	} catch (error) {
		const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
		throw new OnevisionError("unreadable-file", `${label}: not YAML: ${why}`);
	}
	if (!isRecord(document) || !Array.isArray(document.stages)) {
		throw new OnevisionError(
			"invalid-input",
			`${label}: has no stages; give the curriculum.yaml that onevision plan --out writes`,
		);
	}
	const stages = document.stages.map((stage: unknown, index) => {
		const known = isRecord(stage)
			? Object.fromEntries(Object.entries(stage).filter(([key]) => STAGE_KEYS.includes(key)))
			: stage;
		return stageSchema.parse(known, `${label} stages[${index}]`);
	});
	const seen = stages.map(({ samples: own, epochs = 1 }) => own * epochs);
	const scale = samples === undefined ? 1 : samples / seen.reduce((sum, each) => sum + each, 0);
	return stages.map((stage, index): StageSpec => {
		const count = Math.max(1, Math.round((seen[index] ?? 0) * scale));
		return {
			name: `${index + 1}-${stage.stage}`,
			samples: totalSchema.parse(count, `${label} stages[${index}] samples`),
			mixture: Object.fromEntries(
				SCENARIOS.map((scenario) => [scenario, stage.mixture[scenario] ?? 0]),
			) as StageSpec["mixture"],
			trainable: stage.trainable,
			learningRate: learningRate === "plan" ? stage.learningRates : learningRate,
			schedule: stage.schedule,
			warmup: stage.warmup,
			floor: FLOOR,
		};
	});
}
