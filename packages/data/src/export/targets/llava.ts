/**
 * LLaVA-NeXT's own training script: one mixture YAML and one command per stage. Options from LLaVA-VL/LLaVA-NeXT
 * llava/train/train.py and scripts/train/finetune_ov.sh at df179663.
 */

import { OnevisionError } from "@onevision/base";
import type { Plan, Settings } from "@onevision/core";
import { weightsOf } from "../model-name.ts";
import { commandLines, shellWord } from "../shell.ts";
import { allSettings, type ExportStage, exportStages, stageNotes } from "../stages.ts";
import type { ExportFile, PlanExportOptions, PlanTarget } from "../target.ts";
import { dataNotes, mainRate, stageComment, takenFiles, trainedScenarios, trainingYaml } from "./trainer.ts";

/** The family that the script trains. */
const FAMILY = "llava-onevision";
/** Side of a tile, px, and tiles along a side of the largest grid. */
const TILE = 384;
const MAX_GRID_SIDE = 6;

/** Names of the parts in `--mm_tunable_parts`. */
const PART_NAMES = {
	tower: "mm_vision_tower",
	projector: "mm_mlp_adapter",
	"language-model": "mm_language_model",
} as const;

export const llava: PlanTarget = {
	title: "mixtures and commands for LLaVA-NeXT's train.py",
	source: "LLaVA-VL/LLaVA-NeXT llava/train/train.py, scripts/train/finetune_ov.sh at df179663",
	isTrainer: true,
	write: (plan, options) => {
		const { checkpoint } = plan.request;
		if (checkpoint.family !== FAMILY) {
			throw new OnevisionError(
				"unsupported",
				`${checkpoint.title}: LLaVA-NeXT's script trains LLaVA-OneVision; export to trl, ms-swift or llama-factory`,
			);
		}
		const stages = exportStages(plan, options.maxLength);
		const weights = shellWord(weightsOf(plan, "original", options.weights));
		return {
			files: stages.flatMap((stage, index) => {
				const before = stages[index - 1];
				const from = before === undefined ? weights : `"$EXPORT/checkpoints/${before.name}"`;
				return [mixture(plan, stage, options), command(plan, stage, from)];
			}),
			run: stages.map(({ name }) => `LLAVA_NEXT=~/LLaVA-NeXT ./${name}.sh`),
			notes: [
				...stageNotes(plan, stages, options.maxLength),
				...settingNotes(plan),
				"each rank shuffles a random strategy by itself: the mixtures use first and all",
				"a sample that is too long is cut without a word, placeholders and answers included",
				"modality_lengths counts words at white space: text without spaces counts as one word and groups badly",
				...dataNotes(stages, options),
			],
		};
	},
};

/** The mixture: each data file, whole or its first rows. `$EXPORT` is replaced when the command runs. */
function mixture(plan: Plan, stage: ExportStage, options: PlanExportOptions): ExportFile {
	const datasets = trainedScenarios(stage, options).flatMap((scenario) =>
		takenFiles(stage, scenario, options).map(({ file, samples, isWhole }) => ({
			json_path: `$EXPORT/${file}`,
			sampling_strategy: isWhole ? "all" : `first:${samples}`,
		})),
	);
	return { name: `${stage.name}.yaml`, text: trainingYaml(stageComment(plan, stage), { datasets }) };
}

function command(plan: Plan, stage: ExportStage, from: string): ExportFile {
	const launch = [
		`torchrun --nproc_per_node "\${NPROC:-8}" --nnodes "\${NNODES:-1}" --node_rank "\${NODE_RANK:-0}"`,
		`--master_addr "\${MASTER:-127.0.0.1}" --master_port 29500 llava/train/train_mem.py`,
		`--model_name_or_path ${from} --data_path "$MIXTURE"`,
		`--image_folder "$EXPORT" --video_folder "$EXPORT" --output_dir "$EXPORT/checkpoints/${stage.name}"`,
	].join(" \\\n  ");
	const text = `#!/bin/sh
# ${stageComment(plan, stage)}
# LLAVA_NEXT is the checkout of LLaVA-NeXT; NPROC, NNODES, NODE_RANK and MASTER say where to train.
set -e
EXPORT=$(cd "$(dirname "$0")" && pwd)
MIXTURE=$(mktemp -t onevision-XXXXXX.yaml)
sed "s|\\$EXPORT|$EXPORT|" "$EXPORT/${stage.name}.yaml" > "$MIXTURE"
cd "\${LLAVA_NEXT:?the checkout of LLaVA-NeXT}"
${commandLines(launch, trainArguments(plan, stage))} "$@"
`;
	return { name: `${stage.name}.sh`, text, isExecutable: true };
}

function trainArguments(plan: Plan, stage: ExportStage): Record<string, string | number> {
	const { learningRates, trainable, training, loraRank, epochs, warmup, schedule, stage: id } = stage.plan;
	const { hardware, checkpoint } = plan.request;
	const isAlignment = id === "alignment";
	return {
		deepspeed: hardware.zeroStage === 3 ? "scripts/zero3.json" : "scripts/zero2.json",
		version: isAlignment ? "plain" : "qwen_1_5",
		mm_tunable_parts: trainable.map((part) => PART_NAMES[part]).join(","),
		learning_rate: mainRate(stage),
		...(learningRates.tower === undefined ? {} : { mm_vision_tower_lr: learningRates.tower }),
		...(learningRates.projector === undefined || learningRates.projector === mainRate(stage)
			? {}
			: { mm_projector_lr: learningRates.projector }),
		...(Object.values(training).includes("lora") && loraRank !== undefined
			? { lora_enable: "True", lora_r: loraRank, lora_alpha: 2 * loraRank }
			: {}),
		vision_tower: "google/siglip-so400m-patch14-384",
		mm_projector_type: "mlp2x_gelu",
		mm_vision_select_layer: -2,
		mm_use_im_start_end: "False",
		mm_use_im_patch_token: "False",
		mm_patch_merge_type: "spatial_unpad",
		...(isAlignment ? { image_aspect_ratio: "square" } : settingArguments(allSettings(plan))),
		group_by_modality_length: "True",
		num_train_epochs: epochs,
		per_device_train_batch_size: stage.batch?.micro ?? 1,
		gradient_accumulation_steps: stage.batch?.accumulation ?? 1,
		lr_scheduler_type: schedule,
		warmup_ratio: warmup,
		weight_decay: 0,
		model_max_length: stage.maxLength,
		gradient_checkpointing: hardware.activationCheckpointing ? "True" : "False",
		bf16: "True",
		tf32: "True",
		lazy_preprocess: "True",
		dataloader_num_workers: 4,
		dataloader_drop_last: "True",
		save_strategy: "steps",
		save_steps: 1000,
		save_total_limit: 1,
		logging_steps: 1,
		run_name: `${checkpoint.family}-${stage.name}`,
	};
}

/** Settings with an argument of their own. The script's defaults are not those of the released models. */
function settingArguments(settings: Settings): Record<string, string | number> {
	const { anyres_max: cap = 9, max_tiles: tiles = MAX_GRID_SIDE ** 2, num_frames: frames } = settings;
	return {
		image_aspect_ratio: `anyres_max_${String(cap)}`,
		image_grid_pinpoints: gridPinpoints(Number(tiles)),
		mm_spatial_pool_stride: Number(settings.video_pooling ?? 2),
		mm_spatial_pool_mode: String(settings.pooling_mode ?? "bilinear"),
		mm_newline_position: String(settings.newline_position ?? "one_token"),
		...(typeof frames === "number"
			? { frames_upbound: frames, force_sample: "True" }
			: { frames_upbound: 32 }),
	};
}

/** The whole range, or the list of canvases (width, height) within the limit; a range can only be a rectangle. */
function gridPinpoints(tiles: number): string {
	if (tiles >= MAX_GRID_SIDE ** 2) return `(1x1),...,(${MAX_GRID_SIDE}x${MAX_GRID_SIDE})`;
	const sides = Array.from({ length: MAX_GRID_SIDE }, (_, index) => index + 1);
	const canvases = sides.flatMap((wide) =>
		sides.filter((high) => wide * high <= tiles).map((high) => `(${TILE * wide}, ${TILE * high})`),
	);
	return `[${canvases.join(", ")}]`;
}

function settingNotes(plan: Plan): string[] {
	const {
		image_pooling: image = 1,
		multi_image_pooling: several = 1,
		num_frames: frames,
	} = allSettings(plan);
	const maxImages = plan.scenarios.find(({ scenario }) => scenario === "multi-image")?.chosen.allocation
		.maxImages;
	return [
		...(image === 1 ? [] : [`train.py pools no single images: image_pooling ${String(image)} is left out`]),
		...(several === 1
			? []
			: [`train.py pools no images of several: multi_image_pooling ${String(several)} is left out`]),
		...(maxImages === undefined
			? []
			: [`no option bounds the images of a sample: give at most ${maxImages}`]),
		...(frames === undefined
			? []
			: ["frames are read with decord by their index; force_sample takes the planned number of every clip"]),
		...(plan.request.parity === "original"
			? []
			: ["sized by transformers' counts, which differ by some tokens: plan with --parity original"]),
	];
}
