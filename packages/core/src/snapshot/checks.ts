/**
 * Checks shared by the readers of tiled and square families: sizes of views and tiles, canvases, frames. Source:
 * transformers 5.18 models/llava_next/image_processing_llava_next.py, video_processing_utils.py.
 */

import type { Size } from "@onevision/base";
import { list, type Schema, text } from "@onevision/base/schema";
import type { OpenSnapshot } from "./open-snapshot.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import type { ReadTower } from "./tower-shape.ts";
import { flag, frameCount, framesPerSecond, sizeObject, viewSide } from "./values.ts";
import type { View } from "./view.ts";

const pinpointList = list(
	"Canvases, height and width",
	list("Height and width, px", viewSide, { min: 2, max: 2 }),
	{
		min: 1,
		max: 2500,
	},
);

const path: Schema<string> = {
	...text("A path or a repository", 1000),
	// Some files have an empty one.
	parse: (value) => (typeof value === "string" ? value.slice(0, 1000) : ""),
};

/** Refuses configurations of the original repository, which share the `model_type` but have none of these keys. */
export function refuseOriginal({
	config,
	name,
	releasedNames,
}: Pick<OpenSnapshot, "config" | "name" | "releasedNames">): void {
	if (!config.has("mm_vision_tower") || config.has("vision_config")) return;
	throw unsupported(
		`config.json is of the original LLaVA repository (mm_vision_tower), whose keys are not read; ${insteadOf(config, name, releasedNames)}`,
	);
}

/** What to use instead. Names the converted checkpoint only if there is one. */
function insteadOf(
	config: Section,
	name: string | undefined,
	releasedNames: OpenSnapshot["releasedNames"],
): string {
	const [names] = [name, config.read("_name_or_path", path)].flatMap((given) => {
		const found = given === undefined ? undefined : releasedNames(given);
		return found === undefined ? [] : [found];
	});
	if (names === undefined) return "if it was tuned from a model of the table, count that one with --model";
	const [id, ...aliases] = names;
	const converted = aliases.find((alias) => alias.startsWith("llava-hf/"));
	return `count it with --model ${id}${converted === undefined ? "" : `, or use the converted checkpoint ${converted}`}`;
}

/**
 * Checks the steps that the reader did not read. The class does not perform them, but transformers validates their
 * values for every class (image_processing_utils.py `_standardize_kwargs`, image_utils.py
 * `validate_preprocess_arguments`).
 */
export function checkIdleSteps(section: Section): void {
	for (const [step, key] of [
		["do_resize", "size"],
		["do_resize", "resample"],
		["do_rescale", "rescale_factor"],
	] as const) {
		if (section.isNull(key) && !section.wasRead(key) && section.read(step, flag) !== false) {
			throw unsupported(
				`${section.path} ${key}: null; transformers fails on it where ${step} is on; remove it`,
			);
		}
	}
	for (const key of ["size", "crop_size", "pad_size"]) {
		if (!section.wasRead(key) && section.has(key)) sizeObject(section, key, true);
	}
	const crops = !section.wasRead("do_center_crop") && section.read("do_center_crop", flag) === true;
	if (!crops || section.has("crop_size")) return;
	throw unsupported(
		`${section.path} do_center_crop: true without a crop_size; transformers fails on it; remove do_center_crop, this class crops nothing`,
	);
}

/** Adds a note when the view's size is not the one the tower was made for. */
export function checkView(view: View, { patch, imageSize }: ReadTower, notes: string[]): void {
	if (view.side < patch) {
		throw contradiction(`views of ${view.side} px are smaller than a patch of ${patch} px`);
	}
	if (imageSize !== undefined && imageSize !== view.side) {
		notes.push(
			`views are ${view.side} px, the tower's image_size is ${imageSize}: counted as the processor does; the model may refuse them`,
		);
	}
}

/** Counting requires tiles of the same size as the views they become. */
export function checkTiles(view: View, section: Section): void {
	if (view.cut === view.side) return;
	throw contradiction(
		`${section.path}: tiles are cut at ${view.cut} px and resized to ${view.side} px, so their number would not fit the count; make crop_size and size equal`,
	);
}

/** `image_grid_pinpoints`, on which processor and model must agree, px. */
export function readPinpoints(
	config: Section,
	image: Section,
	fallback: readonly (readonly number[])[],
	tile: number,
): Size[] {
	const pinpoints = image.read("image_grid_pinpoints", pinpointList) ?? fallback;
	const model = config.read("image_grid_pinpoints", pinpointList) ?? fallback;
	if (JSON.stringify(pinpoints) !== JSON.stringify(model)) {
		throw contradiction(
			`${image.path} and config.json have different image_grid_pinpoints: the prompt and the model would disagree; make them equal`,
		);
	}
	return pinpoints.map(([height = 0, width = 0]) => {
		if (height % tile === 0 && width % tile === 0) return { height, width };
		throw contradiction(
			`${image.path} image_grid_pinpoints: ${height}x${width} (height x width) is no multiple of the ${tile} px tile`,
		);
	});
}

/** The video processor's sampling, for families that sample only by number. */
export function readFrames(video: Section): { readonly num_frames?: number } {
	const samples = video.read("do_sample_frames", flag) ?? false;
	const frames = video.read("num_frames", frameCount);
	const fps = video.read("fps", framesPerSecond);
	if (!samples || (frames === undefined && fps === undefined)) return {};
	if (frames !== undefined && fps !== undefined) {
		throw contradiction(`${video.path}: fps and num_frames are both set; transformers refuses every video`);
	}
	if (frames !== undefined) return { num_frames: frames };
	throw unsupported(
		`${video.path} fps ${fps}: this family is counted by num_frames; remove fps and give num_frames per clip`,
	);
}

/** Throws when video frames and images would be views of different sizes. */
export function checkVideoView(video: Section, view: View, tile: number): void {
	if (view.side === tile) return;
	throw unsupported(
		`${video.path}: frames are ${view.side} px and images ${tile} px; OneVision counts this family with one size`,
	);
}
