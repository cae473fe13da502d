/** Commands that produce pixels: preprocess, inspect, mark, sheet, pair. */

import { type Command, Option } from "commander";
import type { Terminal } from "../terminal.ts";
import {
	asIsOption,
	configOption,
	hubOption,
	imageOutOption,
	jsonOption,
	loadingOption,
	modelOption,
	orientationOption,
	parityOption,
	setOption,
	togetherOption,
} from "./options.ts";

const uprightOption = (): Option =>
	new Option("--apply-orientation", "apply the EXIF orientation of images (processors ignore it)");
const widthOption = (): Option =>
	new Option("--width <px>", "width of the result (default: as its images need, within --max-side)");
const maxSideOption = (): Option =>
	new Option("--max-side <px>", "longest side of the result, in place of --width").default(undefined, "4096");
const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

export function addDrawing(program: Command, terminal: Terminal, exitWith: (status: number) => void): void {
	program
		.command("preprocess")
		.description("make the tensors a model takes, bit-equal to those of transformers")
		.argument("<files...>", "images, videos and folders")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(asIsOption())
		.addOption(
			new Option(
				"--backend <name>",
				"image processor of transformers to match: torchvision or pillow",
			).default(undefined, "torchvision"),
		)
		.addOption(
			new Option("--dtype <type>", "float32, float16 or bfloat16").default(
				undefined,
				"the model's, mostly float32",
			),
		)
		.requiredOption(
			"--out <file|folder/>",
			"one batch in a .safetensors file, or one file per input in a folder",
		)
		.addOption(togetherOption())
		.option("--threads <count>", "with a folder: files processed in parallel (default: one per core)")
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { preprocessMedia } = await import("../commands/preprocess.ts");
			exitWith(await preprocessMedia(terminal, files, options));
		});
	program
		.command("inspect")
		.description("draw what a model sees: canvas, tiles, patches and tokens; the frames of a video")
		.argument("<files...>", "an image or a video; several images with --together")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(parityOption())
		.addOption(asIsOption())
		.addOption(togetherOption())
		.option(
			"--answer <text>",
			"draw what this answer attends to in an image; --model is then the folder of a snapshot with its weights",
		)
		.option("--question <text>", "with --answer: what was asked about the image")
		.option("--layers <a-b,c>", "with --answer: layers that are averaged, counted from 0 (default: all)")
		.option("--threads <count>", "with --answer: threads of the model (default: one for each core)")
		.option(
			"--sampling <strategy>",
			"for a video: uniform, keyframes or bit-cost, in place of the model's own",
		)
		.option("--frames <count>", "with --sampling: frames to take; with keyframes, the most")
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(imageOutOption())
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { inspectMedia } = await import("../commands/inspect.ts");
			await inspectMedia(terminal, files, options);
		});
	program
		.command("mark")
		.description("number places in an image, for set-of-mark prompting")
		.argument("<file>", "the image")
		.option("--points <x,y;...>", "points, px")
		.option("--boxes <x,y,w,h;...>", "boxes by top left corner, width and height, px")
		.addOption(
			new Option("--mask <file>", "a segment: white on black, as large as the image; repeatable").argParser(
				collect,
			),
		)
		.option("--grid <RxC>", "the cells of a grid of R rows and C columns")
		.option("--labels <a,b,...>", "names in place of numbers: points first, then boxes, then masks")
		.option("--size <px>", "height of a mark (default: 4.5 % of the longer side, less if there are many)")
		.addOption(uprightOption())
		.addOption(imageOutOption())
		.addOption(jsonOption())
		.action(async (file: string, options) => {
			const { markImage } = await import("../commands/mark.ts");
			await markImage(terminal, file, options);
		});
	program
		.command("sheet")
		.description("place several images on one contact sheet, each with its name")
		.argument("<files...>", "images and folders of images, row by row")
		.option("--labels <a,b,...>", "one name per image (default: the names of the files)")
		.option("--no-labels", "no names")
		.option("--columns <count>", "columns (default: those that keep the longer side shortest)")
		.addOption(widthOption())
		.addOption(maxSideOption())
		.addOption(uprightOption())
		.addOption(imageOutOption())
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { makeSheet } = await import("../commands/sheet.ts");
			await makeSheet(terminal, files, options);
		});
	program
		.command("pair")
		.description("place two images side by side at equal height")
		.argument("<before>", "the left image")
		.argument("<after>", "the right image")
		.option("--labels <a,b>", "their names (default: before,after)")
		.option("--no-labels", "no names")
		.addOption(widthOption())
		.addOption(maxSideOption())
		.addOption(uprightOption())
		.addOption(imageOutOption())
		.addOption(jsonOption())
		.action(async (before: string, after: string, options) => {
			const { makePair } = await import("../commands/sheet.ts");
			await makePair(terminal, before, after, options);
		});
}
