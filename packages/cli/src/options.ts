/** Options that several commands share, declared once; help and parsing come from these. */

import { Option } from "commander";

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

export const modelOption = (): Option =>
	new Option("-m, --model <id>", "checkpoint id, Hugging Face repository id or short name").default(
		"llava-onevision-qwen2-7b-ov",
	);
export const configOption = (): Option =>
	new Option("--config <folder>", "a model of your own: the folder of a Hugging Face snapshot");
export const hubOption = (): Option =>
	new Option("--hub <id>", "a model of your own: its configuration files from the Hugging Face hub");
export const setOption = (): Option =>
	new Option("-s, --set <key=value>", "a setting of the model's family; repeatable")
		.argParser(collect)
		.default([], "none");
export const parityOption = (): Option =>
	new Option("--parity <name>", "whose arithmetic to follow: transformers, original, vllm, qwen-vl-utils");
export const jsonOption = (): Option => new Option("--json", "print JSON for machines");
export const imageOption = (): Option =>
	new Option("--image <WxH>", "an image of this size, px; repeatable").argParser(collect).default([], "none");
export const videoOption = (): Option =>
	new Option("--video <WxH@FPS:SECONDS>", "a video of this size, rate and duration; repeatable")
		.argParser(collect)
		.default([], "none");
export const loadingOption = (): Option =>
	new Option(
		"--loading <stored|upright>",
		"whether images with an EXIF orientation are turned (default: as the reference that is followed does)",
	);
export const orientationOption = (): Option =>
	new Option("--apply-orientation", "images and videos upright, whatever the reference does");
export const backendOption = (): Option =>
	new Option(
		"--backend <name>",
		"which of transformers' image processors to equal: torchvision, pillow",
	).default(undefined, "torchvision");
export const dtypeOption = (): Option =>
	new Option("--dtype <type>", "float32, float16 or bfloat16").default(
		undefined,
		"the model's, mostly float32",
	);

export const asIsOption = (): Option =>
	new Option(
		"--as-is",
		"take the frames of a video that the implementation takes by itself, not those that the model's card samples",
	);

export const rowsOption = (): Option =>
	new Option("--rows", "a row per medium however many there are, not only a summary");

export const maxLengthOption = (): Option =>
	new Option("--max-length <tokens>", "a max_length to try: what it truncates; repeatable")
		.argParser(collect)
		.default([], "the one suggested");
