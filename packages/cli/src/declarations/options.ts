/** Options shared by several commands, declared once for both help and parsing. */

import { Option } from "commander";

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

/** An option that may be repeated. */
const repeatable = (flags: string, description: string): Option =>
	new Option(flags, `${description}; repeatable`).argParser(collect).default([], "none");

export const modelOption = (): Option =>
	new Option("-m, --model <id>", "checkpoint id, Hugging Face repository id or short name").default(
		"llava-onevision-qwen2-7b-ov",
	);
export const configOption = (): Option =>
	new Option("--config <folder>", "a model of your own: the folder of a Hugging Face snapshot");
export const hubOption = (): Option =>
	new Option("--hub <id>", "a model of your own: its configuration files from the Hugging Face hub");
export const setOption = (): Option => repeatable("-s, --set <key=value>", "a setting of the model's family");
export const parityOption = (): Option =>
	new Option(
		"--parity <name>",
		"implementation to match, as far as the model has it: transformers, original, vllm, qwen-vl-utils or mistral-common",
	);
export const jsonOption = (): Option => new Option("--json", "print JSON");
export const imageOption = (): Option => repeatable("--image <WxH>", "an image of this size, px");
export const videoOption = (): Option =>
	repeatable("--video <WxH@FPS:SECONDS>", "a video of this size, frame rate and duration");
export const togetherOption = (): Option =>
	new Option("--together", "treat all media as one conversation (several images are then laid out as such)");
export const asIsOption = (): Option =>
	new Option(
		"--as-is",
		"sample videos as the implementation does by default, not as the model card recommends",
	);
export const quantizeOption = (): Option =>
	new Option(
		"--quantize <form>",
		"round weights, once, into a file beside them: int8, int4, or int8-dynamic, which rounds activations too",
	);
export const rowsOption = (): Option =>
	new Option("--rows", "print a row per image and video, however many there are");
export const tokenizerOption = (): Option =>
	new Option("--tokenizer <file>", "the model's tokenizer.json, to count text between frames exactly");
export const jsonlOption = (): Option =>
	new Option("--jsonl <file>", "samples, one JSON object per line; - is standard input");
export const maxLengthOption = (): Option =>
	new Option("--max-length <tokens>", "max_length to try: what it truncates; several as 4k,8k, or repeated")
		.argParser((value, previous: readonly string[]) => [...previous, ...value.split(",")])
		.default([], "the one suggested");
export const capacityOption = (): Option =>
	repeatable(
		"--capacity <tokens>",
		"tokens of a pack; of several, a pack has the least that its longest sample needs",
	);
export const dataOption = (): Option =>
	repeatable("--data <set>", "a data set: to export with a plan, or that was packed (default: as profiled)");
export const sbatchOption = (): Option =>
	repeatable("--sbatch <option>", "slurm: a line for sbatch, such as --sbatch=--partition=cpu");
export const loadingOption = (): Option =>
	new Option(
		"--loading <stored|upright>",
		"ignore (stored) or apply (upright) the EXIF orientation of images (default: as the reference implementation does)",
	);
export const orientationOption = (): Option =>
	new Option("--apply-orientation", "rotate images and videos upright, whatever the reference does");
export const acceleratorOption = (): Option =>
	new Option("--accelerator <id>", "accelerator that open models run on, an id of the hardware table");
export const priceOption = (): Option =>
	new Option("--price <usd>", "price of one accelerator per hour (default: the hardware table's)");
export const batchOption = (): Option =>
	new Option("--batch <count>", "requests decoded together (default: 16)");
export const imageOutOption = (): Option =>
	new Option("--out <file>", "the PNG to write").makeOptionMandatory();
