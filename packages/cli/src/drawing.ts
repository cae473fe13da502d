/** Commands that draw: marks on a picture, sheets of several, before/after pairs. Options are declared here, once. */

import { type Command, Option } from "commander";
import {
	asIsOption,
	configOption,
	hubOption,
	jsonOption,
	loadingOption,
	modelOption,
	orientationOption,
	parityOption,
	setOption,
} from "./options.ts";
import type { Terminal } from "./terminal.ts";

const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];
const outOption = (): Option => new Option("--out <file>", "the PNG to write").makeOptionMandatory();
const uprightOption = (): Option =>
	new Option(
		"--apply-orientation",
		"turn pictures as their EXIF orientation says (processors see them as stored)",
	);
const widthOption = (): Option =>
	new Option(
		"--width <px>",
		"width of the whole (default: as large as its pictures ask for, within --max-side)",
	);
const maxSideOption = (): Option =>
	new Option("--max-side <px>", "longest side of the whole, in place of --width").default(undefined, "4096");

export function addDrawing(program: Command, terminal: Terminal): void {
	program
		.command("mark")
		.description("number places in a picture, for set-of-mark prompting")
		.argument("<file>", "the picture")
		.option("--points <x,y;...>", "places, px")
		.option("--boxes <x,y,w,h;...>", "boxes by top left corner, width and height, px")
		.addOption(
			new Option("--mask <file>", "a segment: white on black in the picture's size; repeatable").argParser(
				collect,
			),
		)
		.option("--grid <RxC>", "the cells of a grid of so many rows and columns")
		.option("--labels <a,b,...>", "names in place of numbers: points first, then boxes, then masks")
		.option("--size <px>", "height of a mark (default: 4.5 % of the longer side, less if there are many)")
		.addOption(uprightOption())
		.addOption(outOption())
		.addOption(jsonOption())
		.action(async (file: string, options) => {
			const { markPicture } = await import("./commands/mark.ts");
			await markPicture(terminal, file, options);
		});
	program
		.command("sheet")
		.description("several pictures on one, each with its name: cameras, views, frames")
		.argument("<files...>", "the pictures and folders of them, row by row")
		.option("--labels <a,b,...>", "one name per picture (default: the names of the files)")
		.option("--no-labels", "no names")
		.option("--columns <count>", "columns (default: those that keep the longer side shortest)")
		.addOption(widthOption())
		.addOption(maxSideOption())
		.addOption(uprightOption())
		.addOption(outOption())
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { makeSheet } = await import("./commands/sheet.ts");
			await makeSheet(terminal, files, options);
		});
	program
		.command("pair")
		.description("two pictures side by side in one height")
		.argument("<before>", "the left picture")
		.argument("<after>", "the right picture")
		.option("--labels <a,b>", "their names (default: before,after)")
		.option("--no-labels", "no names")
		.addOption(widthOption())
		.addOption(maxSideOption())
		.addOption(uprightOption())
		.addOption(outOption())
		.addOption(jsonOption())
		.action(async (before: string, after: string, options) => {
			const { makePair } = await import("./commands/sheet.ts");
			await makePair(terminal, before, after, options);
		});
	program
		.command("inspect")
		.description(
			"draw what a model sees: canvas, tiles, patches, tokens; of a video its frames and their cost",
		)
		.argument("<files...>", "an image or a video; several images with --together")
		.addOption(modelOption())
		.addOption(configOption())
		.addOption(hubOption())
		.addOption(setOption())
		.addOption(parityOption())
		.addOption(asIsOption())
		.option("--together", "the images are one conversation (several are then laid out as such)")
		.option(
			"--sampling <strategy>",
			"of a video: uniform, keyframes or bit-cost, in place of the model's own",
		)
		.option("--frames <count>", "with --sampling: frames to take; of key frames, the most")
		.addOption(loadingOption())
		.addOption(orientationOption())
		.addOption(outOption())
		.addOption(jsonOption())
		.action(async (files: string[], options) => {
			const { inspectMedia } = await import("./commands/inspect.ts");
			await inspectMedia(terminal, files, options);
		});
}
