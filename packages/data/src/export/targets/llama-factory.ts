/**
 * LLaMA-Factory: `dataset_info.json` and a training YAML per stage. Arguments from hiyouga/LLaMA-Factory
 * src/llamafactory/hparams/*.py, data/parser.py, data/converter.py and data/template.py at ff6d4d1 (2026-08-18).
 */

import type { Plan, Scenario, SettingValue } from "@onevision/core";
import { SCENARIOS } from "@onevision/core";
import { weightsOf } from "../model-name.ts";
import { allSettings, type ExportStage, exportStages, stageNotes } from "../stages.ts";
import type { ExportFile, PlanExportOptions, PlanTarget } from "../target.ts";
import {
	available,
	dataNotes,
	mainRate,
	stageComment,
	taken,
	trainedScenarios,
	trainingYaml,
} from "./trainer.ts";

/** Templates whose plugin lays media out as the family does. Other families have none. */
const TEMPLATES: Readonly<Record<string, string>> = {
	llava: "llava",
	"qwen-vl": "qwen2_vl",
	gemma3: "gemma3",
	gemma3n: "gemma3n",
	gemma4: "gemma4",
	glm4v: "glm4v",
	internvl: "intern_vl",
	"kimi-vl": "kimi_vl",
	"lfm2-vl": "lfm2_vl",
	llama4: "llama4",
	mllama: "mllama",
	paligemma: "paligemma",
	pixtral: "pixtral",
	"video-llava": "video_llava",
};

/** Arguments by setting; its names are not those of the processors. */
const ARGUMENTS: Readonly<Record<string, string>> = {
	max_pixels: "image_max_pixels",
	min_pixels: "image_min_pixels",
	video_max_pixels: "video_max_pixels",
	video_min_pixels: "video_min_pixels",
	fps: "video_fps",
	num_frames: "video_maxlen",
	max_frames: "video_maxlen",
};

export const llamaFactory: PlanTarget = {
	title: "dataset_info.json and training YAML for LLaMA-Factory",
	source:
		"hiyouga/LLaMA-Factory src/llamafactory/hparams, data/parser.py, data/converter.py, data/template.py at ff6d4d1, 2026-08-18",
	isTrainer: true,
	write: (plan, options) => {
		const stages = exportStages(plan, options.maxLength);
		const weights = weightsOf(plan, "transformers", options.weights);
		const { family, title } = plan.request.checkpoint;
		const template = TEMPLATES[family];
		const lacking = Object.keys(allSettings(plan)).filter(
			(setting) => argumentOf(plan, setting) === undefined,
		);
		const rates = stages.some(
			({ plan: { learningRates } }) => new Set(Object.values(learningRates)).size > 1,
		);
		return {
			files: [
				datasetInfo(stages, options),
				...stages.map((stage, index) => {
					const before = stages[index - 1];
					const model = before === undefined ? weights : `checkpoints/${before.name}`;
					return trainingFile(plan, stage, options, { model, template });
				}),
			],
			run: stages.map(({ name }) => `llamafactory-cli train ${name}.yaml`),
			notes: [
				...stageNotes(plan, stages, options.maxLength),
				...(template === undefined
					? [
							`LLaMA-Factory has no template for ${title}: training stops at the first sample with media until one is registered; trl and ms-swift train it`,
							"its freeze_… options act on the model types it knows: without one they are ignored without a word",
						]
					: []),
				...(rates
					? [
							"it has one learning rate for all parts, the language model's: the tower's and projector's are left out",
						]
					: []),
				...(lacking.length === 0 ? [] : [`it has no argument for ${lacking.join(", ")}`]),
				"cutoff_len cuts a long sample's placeholders and answers",
				"a turn that is not to be trained on cannot be said: such samples are left out of the data",
				...dataNotes(stages, options),
			],
		};
	},
};

/** Its pixel limits scale every image first, whatever the family: exact only where the processor does the same. */
function argumentOf(plan: Plan, setting: string): string | undefined {
	return plan.request.checkpoint.family === "qwen-vl" ? ARGUMENTS[setting] : undefined;
}

/** Scenarios of any stage, and what was written of others, as one data set each. */
function datasetInfo(stages: readonly ExportStage[], options: PlanExportOptions): ExportFile {
	const names: readonly (Scenario | "text")[] =
		options.data?.map(({ scenario }) => scenario) ??
		SCENARIOS.filter((scenario) => stages.some(({ samples }) => samples[scenario] > 0));
	// A data set is all its rows, or a number of them; a stage that takes fewer has an entry of its own.
	const entries = [
		...names.map((name) => [name, entry(name, undefined)] as const),
		...stages.flatMap((stage) =>
			trainedScenarios(stage, options)
				.filter((scenario) => isPart(stage, scenario, options))
				.map(
					(scenario) =>
						[`${stage.name}-${scenario}`, entry(scenario, taken(stage, scenario, options))] as const,
				),
		),
	];
	return {
		name: "dataset_info.json",
		text: `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`,
	};
}

function isPart(stage: ExportStage, scenario: Scenario, options: PlanExportOptions): boolean {
	const there = available(options.data, scenario);
	return there === undefined || taken(stage, scenario, options) < there;
}

/** A folder of JSON Lines in its sharegpt form, with the roles of OpenAI's messages. */
function entry(scenario: Scenario | "text", samples: number | undefined) {
	return {
		file_name: `data/${scenario}`,
		formatting: "sharegpt",
		...(samples === undefined ? {} : { num_samples: samples }),
		columns: { messages: "messages", images: "images", videos: "videos" },
		tags: {
			role_tag: "role",
			content_tag: "content",
			user_tag: "user",
			assistant_tag: "assistant",
			observation_tag: "observation",
			function_tag: "function_call",
			system_tag: "system",
		},
	};
}

function trainingFile(
	plan: Plan,
	stage: ExportStage,
	options: PlanExportOptions,
	{ model, template }: { readonly model: string; readonly template: string | undefined },
): ExportFile {
	const { plan: planned } = stage;
	const isLora = Object.values(planned.training).includes("lora");
	const datasets = trainedScenarios(stage, options).map((scenario) =>
		isPart(stage, scenario, options) ? `${stage.name}-${scenario}` : scenario,
	);
	const settings = Object.entries(allSettings(plan)).flatMap(([setting, value]): [string, SettingValue][] => {
		const name = argumentOf(plan, setting);
		return name === undefined || typeof value === "string" ? [] : [[name, value]];
	});
	const document: Record<string, SettingValue> = {
		model_name_or_path: model,
		...Object.fromEntries(settings),
		stage: "sft",
		do_train: true,
		finetuning_type: isLora ? "lora" : "full",
		...(isLora && planned.loraRank !== undefined
			? { lora_rank: planned.loraRank, lora_alpha: 2 * planned.loraRank, lora_target: "all" }
			: {}),
		freeze_vision_tower: planned.training.tower === "frozen",
		freeze_multi_modal_projector: planned.training.projector === "frozen",
		freeze_language_model: planned.training["language-model"] === "frozen",
		dataset: datasets.join(","),
		dataset_dir: ".",
		media_dir: ".",
		...(template === undefined ? {} : { template }),
		cutoff_len: stage.maxLength,
		mix_strategy: "concat",
		preprocessing_num_workers: 4,
		output_dir: `checkpoints/${stage.name}`,
		logging_steps: 1,
		save_steps: 1000,
		save_total_limit: 1,
		per_device_train_batch_size: stage.batch?.micro ?? 1,
		gradient_accumulation_steps: stage.batch?.accumulation ?? 1,
		learning_rate: mainRate(stage),
		num_train_epochs: planned.epochs,
		lr_scheduler_type: planned.schedule,
		warmup_ratio: planned.warmup,
		weight_decay: 0,
		bf16: true,
		disable_gradient_checkpointing: !plan.request.hardware.activationCheckpointing,
	};
	return {
		name: `${stage.name}.yaml`,
		text: trainingYaml(
			`${stageComment(plan, stage)}\n# deepspeed: give LLaMA-Factory's examples/deepspeed/ds_z${plan.request.hardware.zeroStage}_config.json`,
			document,
		),
	};
}
