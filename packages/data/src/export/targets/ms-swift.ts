/**
 * ms-swift: `swift sft STAGE.yaml`, a file of arguments per stage. Arguments from modelscope/ms-swift
 * swift/arguments/sft_args.py, tuner_args.py, base_args/*.py and swift/trainers/arguments.py at 3602360 (2026-08-22).
 */

import type { Plan, Settings, SettingValue } from "@onevision/core";
import { weightsOf } from "../model-name.ts";
import { allSettings, type ExportStage, exportStages, stageNotes } from "../stages.ts";
import type { ExportFile, PlanExportOptions, PlanTarget } from "../target.ts";
import { dataNotes, mainRate, stageComment, takenFiles, trainedScenarios, trainingYaml } from "./trainer.ts";

/** Environment variables that its templates of the Qwen-VL family read, by setting. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
	max_pixels: "MAX_PIXELS",
	min_pixels: "MIN_PIXELS",
	video_max_pixels: "VIDEO_MAX_PIXELS",
	video_min_pixels: "VIDEO_MIN_PIXELS",
	fps: "FPS",
	max_frames: "FPS_MAX_FRAMES",
	min_frames: "FPS_MIN_FRAMES",
	num_frames: "NFRAMES",
};

export const msSwift: PlanTarget = {
	title: "arguments for ms-swift",
	source:
		"modelscope/ms-swift swift/arguments, swift/trainers/arguments.py, docs Custom-dataset.md at 3602360, 2026-08-22",
	isTrainer: true,
	write: (plan, options) => {
		const stages = exportStages(plan, options.maxLength);
		const weights = weightsOf(plan, "transformers", options.weights);
		const environment = environmentOf(plan);
		const lacking = Object.keys(allSettings(plan)).filter((setting) => !(setting in environment.named));
		return {
			files: stages.map((stage, index) =>
				argumentsFile(plan, stage, options, environment.values, from(stages[index - 1], weights)),
			),
			run: stages.map(({ name }) => `ROOT_IMAGE_DIR=$PWD swift sft ${name}.yaml`),
			notes: [
				...stageNotes(plan, stages, options.maxLength),
				...(lacking.length === 0
					? []
					: [
							`ms-swift has no argument for ${lacking.join(", ")}: export --to transformers --config SNAPSHOT and give that folder with --weights`,
						]),
				...(stages.length > 1
					? ["a stage goes on from the last checkpoint of the one before: run them in order, in this folder"]
					: []),
				"a sample longer than max_length is left out (truncation_strategy: delete)",
				...dataNotes(stages, options),
			],
		};
	},
};

/** ms-swift links its newest checkpoint as `last` with `create_checkpoint_symlink`. */
function from(before: ExportStage | undefined, weights: string): string {
	return before === undefined ? weights : `checkpoints/${before.name}/last`;
}

function environmentOf(plan: Plan): {
	readonly values: Readonly<Record<string, string>>;
	readonly named: Settings;
} {
	if (plan.request.checkpoint.family !== "qwen-vl") return { values: {}, named: {} };
	const named = Object.entries(allSettings(plan)).filter(
		([setting, value]) => setting in ENVIRONMENT && typeof value !== "string",
	);
	return {
		values: Object.fromEntries(
			named.map(([setting, value]) => [ENVIRONMENT[setting] ?? setting, String(value)]),
		),
		named: Object.fromEntries(named),
	};
}

function argumentsFile(
	plan: Plan,
	stage: ExportStage,
	options: PlanExportOptions,
	environment: Readonly<Record<string, string>>,
	model: string,
): ExportFile {
	const { plan: planned } = stage;
	const { hardware } = plan.request;
	const isLora = Object.values(planned.training).includes("lora");
	const rate = mainRate(stage);
	const rates = planned.learningRates;
	const document: Record<string, SettingValue | readonly string[] | Readonly<Record<string, string>>> = {
		...(Object.keys(environment).length === 0 ? {} : { ENV: environment }),
		model,
		tuner_type: isLora ? "lora" : "full",
		...(isLora && planned.loraRank !== undefined
			? { lora_rank: planned.loraRank, lora_alpha: 2 * planned.loraRank, target_modules: ["all-linear"] }
			: {}),
		freeze_llm: planned.training["language-model"] === "frozen",
		freeze_vit: planned.training.tower === "frozen",
		freeze_aligner: planned.training.projector === "frozen",
		dataset: trainedScenarios(stage, options).flatMap((scenario) =>
			// `FILE#N` takes N samples of a file.
			takenFiles(stage, scenario, options).map(({ file, samples, isWhole }) =>
				isWhole ? file : `${file}#${samples}`,
			),
		),
		max_length: stage.maxLength,
		truncation_strategy: "delete",
		torch_dtype: "bfloat16",
		learning_rate: rate,
		...(rates.tower === undefined || rates.tower === rate ? {} : { vit_lr: rates.tower }),
		...(rates.projector === undefined || rates.projector === rate ? {} : { aligner_lr: rates.projector }),
		lr_scheduler_type: planned.schedule,
		warmup_ratio: planned.warmup,
		weight_decay: 0,
		num_train_epochs: planned.epochs,
		per_device_train_batch_size: stage.batch?.micro ?? 1,
		gradient_accumulation_steps: stage.batch?.accumulation ?? 1,
		gradient_checkpointing: hardware.activationCheckpointing,
		deepspeed:
			hardware.offload === "none" ? `zero${hardware.zeroStage}` : `zero${hardware.zeroStage}_offload`,
		output_dir: `checkpoints/${stage.name}`,
		add_version: false,
		create_checkpoint_symlink: true,
		dataset_num_proc: 4,
		dataloader_num_workers: 4,
		logging_steps: 1,
		save_steps: 1000,
		save_total_limit: 1,
	};
	return { name: `${stage.name}.yaml`, text: trainingYaml(stageComment(plan, stage), document) };
}
