/**
 * transformers: the processor's configuration with the plan's settings. Given a snapshot, its files with the settings
 * written in, ready for `AutoProcessor.from_pretrained`; otherwise a script that loads the repository's processor, sets
 * them and saves it.
 */

import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { type ConfigValue, type ProcessorSettings, processorSettings } from "@onevision/core";
import { weightsOf } from "../model-name.ts";
import { pythonLiteral } from "../shell.ts";
import type { ExportFile, PlanExportOptions, PlanTarget } from "../target.ts";

/** Files of a snapshot that a processor is loaded from, beside those of the tokenizer. */
export const SNAPSHOT_FILES = [
	"config.json",
	"processor_config.json",
	"preprocessor_config.json",
	"video_preprocessor_config.json",
] as const;

export const transformers: PlanTarget = {
	title: "processor settings for transformers",
	source: "transformers 5.18.0 processing_utils.py `ProcessorMixin.from_pretrained`, `save_pretrained`",
	isTrainer: false,
	write: (plan, options) => {
		const settings = processorSettings(plan);
		const files =
			options.snapshot === undefined
				? [script(settings, weightsOf(plan, "transformers", options.weights))]
				: snapshotFiles(settings, options.snapshot);
		return {
			files,
			run: options.snapshot === undefined ? ["python processor.py"] : [],
			notes: [
				...callNotes(settings),
				...settings.notes,
				...(options.snapshot === undefined ? [] : modelNote),
			],
		};
	},
};

const modelNote = [
	"the folder holds configuration alone: copy the tokenizer's files and the weights beside it",
];

function callNotes({ calls }: ProcessorSettings): string[] {
	return calls.map(({ scenario, images, videos }) => {
		const passed = [
			...(Object.keys(images).length > 0 ? [`images_kwargs=${pythonLiteral(images)}`] : []),
			...(Object.keys(videos).length > 0 ? [`videos_kwargs=${pythonLiteral(videos)}`] : []),
		];
		return `a configuration has one value for all scenarios: call processor(…, ${passed.join(", ")}) for ${scenario}`;
	});
}

function script({ image, video, processor, model }: ProcessorSettings, weights: string): ExportFile {
	const text = `"""Loads the processor of ${weights}, sets what was planned, and saves it to ./processor.

Run: python processor.py [REPOSITORY OR FOLDER]
Load: AutoProcessor.from_pretrained("processor")
"""

import sys

from transformers import AutoConfig, AutoProcessor

WEIGHTS = sys.argv[1] if len(sys.argv) > 1 else ${pythonLiteral(weights)}
IMAGE = ${pythonLiteral(image)}
VIDEO = ${pythonLiteral(video)}
PROCESSOR = ${pythonLiteral(processor)}
MODEL = ${pythonLiteral(model)}


def assign(target, values):
    for name, value in values.items():
        if target is None or not hasattr(target, name):
            sys.exit(f"{type(target).__name__} has no {name}: this processor is not the one that was planned for")
        setattr(target, name, value)


processor = AutoProcessor.from_pretrained(WEIGHTS)
assign(getattr(processor, "image_processor", None), IMAGE) if IMAGE else None
assign(getattr(processor, "video_processor", None), VIDEO) if VIDEO else None
assign(processor, PROCESSOR)
processor.save_pretrained("processor")
if MODEL:
    config = AutoConfig.from_pretrained(WEIGHTS)
    assign(config, MODEL)
    config.save_pretrained("processor")
print("saved to ./processor")
`;
	return { name: "processor.py", text };
}

/** The snapshot's files with the settings written in: each into the file that transformers reads it from. */
function snapshotFiles(
	{ image, video, processor, model }: ProcessorSettings,
	snapshot: NonNullable<PlanExportOptions["snapshot"]>,
): ExportFile[] {
	const files = new Map<string, Record<string, unknown>>();
	for (const name of SNAPSHOT_FILES) {
		const text = snapshot[name];
		if (text !== undefined) files.set(name, parseFile(name, text));
	}
	const fileOf = (name: string): Record<string, unknown> => {
		const file = files.get(name) ?? {};
		files.set(name, file);
		return file;
	};
	/** A processor's settings stand in a file of their own, or in a section of the whole processor's. */
	const place = (
		own: string,
		section: string,
		fallback: string,
		values: Readonly<Record<string, ConfigValue>>,
	) => {
		if (Object.keys(values).length === 0) return;
		const whole = files.get("processor_config.json");
		const nested = whole?.[section];
		if (isRecord(nested)) Object.assign(nested, values);
		else if (files.has(own)) Object.assign(fileOf(own), values);
		else {
			// Without a file of its own, the video processor reads the image processor's.
			const base = files.get(fallback) ?? {};
			files.set(own, { ...base, ...values });
		}
	};
	place("preprocessor_config.json", "image_processor", "preprocessor_config.json", image);
	place("video_preprocessor_config.json", "video_processor", "preprocessor_config.json", video);
	if (Object.keys(processor).length > 0) Object.assign(fileOf("processor_config.json"), processor);
	if (Object.keys(model).length > 0) Object.assign(fileOf("config.json"), model);
	return [...files].map(([name, value]) => ({ name, text: `${JSON.stringify(value, null, 2)}\n` }));
}

function parseFile(name: string, text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		if (isRecord(value)) return value;
	} catch {
		// Reported below, like JSON that is no object.
	}
	throw new OnevisionError("unreadable-file", `${name}: not a JSON object`);
}
