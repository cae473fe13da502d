/**
 * A plan request: the question a plan answers, as written by a person in YAML or JSON. Every key is declared once,
 * here; validation, the JSON Schema, the docs table and the command line derive from this declaration.
 */

import { MAX_SIDE } from "@onevision/base";
import {
	boolean,
	choice,
	either,
	type Infer,
	integer,
	list,
	number,
	object,
	optional,
	text,
} from "@onevision/base/schema";
import { MAX_FRAMES } from "../sample.ts";

const MAX_TOKENS = 10_000_000;
const MAX_SAMPLES = 1e12;

const weight = optional(
	number("How often it occurs, relative to the others (default 1)", { min: 0, max: 1e12 }),
);

const size = {
	width: integer("Width, px", { min: 1, max: MAX_SIDE }),
	height: integer("Height, px", { min: 1, max: MAX_SIDE }),
};

const describedImage = object("An image size that occurs", { ...size, weight });
const describedVideo = object("A kind of clip that occurs", {
	...size,
	seconds: number("Duration, s", { min: 0.001, max: 86_400 }),
	fps: optional(number("Frames per second (default 30)", { min: 0.01, max: 1000 })),
	weight,
});

const range = (doc: string, max: number) =>
	object(doc, {
		min: optional(integer("Fewest", { min: 1, max })),
		max: optional(integer("Most", { min: 1, max })),
	});

/** The largest bounds a request may set. */
export const LIMITS = { frames: MAX_FRAMES, images: 1000, tiles: 36, pooling: 8 } as const;

const mix = object("Share of each scenario; percent summing to 100, or fractions summing to 1", {
	"single-image": optional(number("Samples with one image", { min: 0, max: 100 })),
	"multi-image": optional(number("Samples with several images", { min: 0, max: 100 })),
	video: optional(number("Samples with video", { min: 0, max: 100 })),
});

const media = object("What the samples look like: a folder of files, described sizes, or both", {
	folder: optional(
		text(
			"Folder of media files, or a JSON Lines file of samples, read by the command line; relative to the request file",
		),
	),
	grouping: optional(
		choice(
			"How a folder becomes samples: every file for itself (default), or a subfolder of 2 to 32 images as one multi-image sample",
			["none", "folder"],
		),
	),
	images: optional(list("Image sizes", describedImage, { min: 1, max: 100_000 })),
	imagesPerSample: optional(
		range("Images in a multi-image sample, every count in the range equally often", 1000),
	),
	videos: optional(list("Kinds of clips", describedVideo, { min: 1, max: 100_000 })),
});

const customModel = object(
	"A model that is not released: a OneVision recipe over a tower and a language model",
	{
		tower: text("Vision tower, an id of the tower table"),
		languageModel: text("Language model, an id of the language-model table"),
		projector: optional(choice("Projector (default mlp2x-gelu)", ["mlp2x-gelu", "linear"])),
		tile: optional(integer("Side of a tile, px (default: the tower's input)", { min: 14, max: 4096 })),
		maxGridSide: optional(
			integer("Tile grids from 1×1 to this many rows and columns (default 6)", { min: 1, max: 6 }),
		),
		contextTokens: optional(
			integer("Context length, tokens (default: the language model's)", { min: 256, max: MAX_TOKENS }),
		),
	},
);

const fidelity = object(
	"Exponents of fidelity: how much each loss counts, 0 ignores it; what is given is taken as known",
	{
		resolution: optional(
			number("Share of the source's pixels that survive (default 0.3)", { min: 0, max: 4 }),
		),
		density: optional(number("Features per patch that survive pooling (default 0.25)", { min: 0, max: 4 })),
		duration: optional(number("Share of a clip's duration that is seen (default 0.45)", { min: 0, max: 4 })),
		secondsPerFrame: optional(
			number("How much of a clip one frame stands for, s (default 0.25)", { min: 0.01, max: 3600 }),
		),
	},
);

const limits = object("Bounds on what may be chosen", {
	frames: optional(range("Frames per video", LIMITS.frames)),
	images: optional(range("Images per sample that are used", LIMITS.images)),
	tiles: optional(range("Tiles of the AnyRes grid limit", LIMITS.tiles)),
	pooling: optional(range("Pooling stride", LIMITS.pooling)),
});

const curriculum = object("What the curriculum is built from", {
	start: optional(
		choice(
			"checkpoint: the stages that are left for the model named (default); scratch: the whole recipe, from alignment on",
			["checkpoint", "scratch"],
		),
	),
	samples: optional(
		object("Samples per stage (default: those of the paper)", {
			alignment: optional(integer("Projector alignment", { min: 0, max: MAX_SAMPLES })),
			knowledge: optional(integer("High-quality knowledge", { min: 0, max: MAX_SAMPLES })),
			"single-image": optional(integer("Single-image tuning", { min: 0, max: MAX_SAMPLES })),
			onevision: optional(integer("OneVision tuning", { min: 0, max: MAX_SAMPLES })),
			"task-transfer": optional(integer("Task transfer on your own mix", { min: 0, max: MAX_SAMPLES })),
		}),
	),
	order: optional(
		list(
			"Stages in training order (default: those that are left from `start` on)",
			choice("A stage", ["alignment", "knowledge", "single-image", "onevision", "task-transfer"]),
			{ min: 1, max: 5 },
		),
	),
	globalBatch: optional(
		integer("Samples per optimizer step (default: the paper's)", { min: 1, max: 1_000_000 }),
	),
	epochs: optional(number("Passes over each stage's data (default 1)", { min: 0.01, max: 100 })),
});

const training = object("How the stages train, alignment excepted", {
	method: optional(
		choice(
			"full: all weights (default); lora: adapters on the language model, the projector in full, the tower frozen",
			["full", "lora"],
		),
	),
	loraRank: optional(integer("Rank of the adapters (default 128)", { min: 1, max: 4096 })),
	freeze: optional(
		list("Parts that are not trained", choice("A part", ["tower", "projector", "language-model"]), {
			min: 0,
			max: 3,
		}),
	),
});

const hardware = object("What it runs on", {
	accelerator: optional(text("An id of the hardware table (default h100-sxm)")),
	count: optional(integer("Accelerators in training (default 8)", { min: 1, max: 1_000_000 })),
	pricePerHour: optional(number("Price of one accelerator, USD per hour", { min: 0, max: 100_000 })),
	trainingEfficiency: optional(
		number("Share of peak FLOP/s reached in training (default 0.4)", { min: 0.01, max: 1 }),
	),
	prefillEfficiency: optional(
		number("Share of peak FLOP/s reached in prefill (default 0.5)", { min: 0.01, max: 1 }),
	),
	zeroStage: optional(
		integer("ZeRO stage: what is sharded over accelerators (default 3)", { min: 0, max: 3 }),
	),
	microBatch: optional(
		integer("Samples per accelerator and pass (default: the largest power of two that fits the memory)", {
			min: 1,
			max: 4096,
		}),
	),
	offload: optional(
		choice("What is kept in the host's memory in training (default none)", [
			"none",
			"optimizer",
			"optimizer-and-parameters",
		]),
	),
	activationCheckpointing: optional(boolean("Recompute activations in the backward pass (default true)")),
	requestBatch: optional(integer("Requests decoded together (default 16)", { min: 1, max: 4096 })),
});

const inference = object("What the model will be asked at inference, against what it was trained on", {
	frames: optional(integer("Frames per video at inference", { min: 1, max: MAX_FRAMES })),
	seconds: optional(
		number("Duration of the clips at inference, s (default: the 95th percentile of the media)", {
			min: 0.1,
			max: 86_400,
		}),
	),
	trainedFrames: optional(
		integer("Frames per video in training (default: the plan's to train, the checkpoint's to deploy)", {
			min: 1,
			max: MAX_FRAMES,
		}),
	),
	trainedSeconds: optional(
		number(
			"Duration of the training clips, s (default: the 95th percentile of the media to train, unknown to deploy)",
			{ min: 0.1, max: 86_400 },
		),
	),
});

export const planRequestSchema = object("A plan request", {
	budget: optional(integer("Visual tokens per sample (default 3500)", { min: 1, max: MAX_TOKENS })),
	mix: optional(mix),
	model: optional(either(text("Checkpoint id or Hugging Face repository id"), customModel)),
	purpose: optional(
		choice("train: any recipe may be chosen; deploy: only what the released checkpoint supports", [
			"train",
			"deploy",
		]),
	),
	parity: optional(text("Whose arithmetic is followed where implementations differ")),
	media: optional(media),
	fit: optional(
		choice("Which statistic of a scenario's tokens must stay within the budget", ["p95", "max", "mean"]),
	),
	meanTokens: optional(
		integer("Limit on the mean visual tokens over the mix (default: the budget)", {
			min: 1,
			max: MAX_TOKENS,
		}),
	),
	priorities: optional(
		object("How much a scenario's fidelity counts in the joint answer, beside its share (default 1)", {
			"single-image": optional(number("Single image", { min: 0, max: 1000 })),
			"multi-image": optional(number("Several images", { min: 0, max: 1000 })),
			video: optional(number("Video", { min: 0, max: 1000 })),
		}),
	),
	limits: optional(limits),
	fidelity: optional(fidelity),
	textTokens: optional(
		object("Text per sample, tokens", {
			prompt: optional(integer("Before the answer (default 128)", { min: 0, max: MAX_TOKENS })),
			answer: optional(integer("Of the answer (default 128)", { min: 0, max: MAX_TOKENS })),
		}),
	),
	curriculum: optional(curriculum),
	training: optional(training),
	hardware: optional(hardware),
	inference: optional(inference),
	allow: optional(
		list("Ids of rules that are overridden knowingly", text("Rule id", 100), { min: 0, max: 100 }),
	),
});

/** The request as written. `resolvePlanRequest` resolves it against the tables and the media. */
export type PlanRequest = Infer<typeof planRequestSchema>;
