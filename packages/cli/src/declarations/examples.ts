/** Examples for the end of each command's help. A test runs every one of them. */

import type { Command } from "commander";

interface Example {
	readonly line: string;
	/** What the example does. */
	readonly what: string;
}

/** By command; "onevision" is the program itself. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
	onevision: [
		{ line: "onevision count photo.jpg --model qwen2.5-vl-7b", what: "tokens of an image" },
		{ line: "onevision plan --budget 3500 --mix 40,30,30", what: "settings and schedule for a token budget" },
	],
	models: [
		{ line: "onevision models qwen 7b", what: "search by words" },
		{ line: "onevision models llava-onevision-qwen2-7b-ov", what: "settings and sources of one model" },
	],
	count: [
		{ line: "onevision count photo.jpg clip.mp4 --set num_frames=16", what: "files, with a setting" },
		{ line: "onevision count --image 1920x1080 --model gpt-4o", what: "a size, under a closed model" },
		{ line: "onevision count --request request.json", what: "a chat request, before it is sent" },
	],
	compare: [
		{ line: "onevision compare --image 1920x1080 --models qwen2.5-vl-7b,gpt-4o", what: "two models" },
		{ line: "onevision compare photos --under 1000", what: "each model's best settings under a limit" },
	],
	fit: [
		{ line: "onevision fit --aspect 16:9 --tokens 3500", what: "the largest 16:9 image" },
		{
			line: "onevision fit --video 1280x720@30:60 --setting num_frames --tokens 8000",
			what: "the most frames",
		},
		{ line: "onevision fit --jsonl samples.jsonl --quantile 0.95", what: "the max_length of a set" },
	],
	preprocess: [
		{ line: "onevision preprocess photo.jpg --out photo.safetensors", what: "one batch in one file" },
		{
			line: "onevision preprocess photos --model qwen2.5-vl-7b --out tensors/",
			what: "a file per image",
		},
	],
	plan: [
		{ line: "onevision plan --budget 3500 --mix 40,30,30 --out plan", what: "plan on assumed media" },
		{ line: "onevision plan --media photos --purpose deploy", what: "plan on a folder, to deploy" },
		{ line: "onevision plan --explain video", what: "why not other settings" },
	],
	profile: [{ line: "onevision profile conversations.json --budget 3500", what: "a set of conversations" }],
	pack: [
		{ line: "onevision pack profile --capacity 16384 --out packs", what: "full sequences, as a manifest" },
		{
			line: "onevision pack profile --capacity 16384 --ranks 8 --explain",
			what: "balanced for 8 ranks, drawn",
		},
	],
	export: [
		{ line: "onevision export plan --to vllm", what: "serve arguments" },
		{
			line: "onevision export plan --to ms-swift --data conversations.json --out train",
			what: "stages and data for a trainer",
		},
		{ line: "onevision export packs --to energon --out shards", what: "packs as shards" },
	],
	run: [
		{ line: 'onevision run photo.jpg "What is this?" -m model --max-tokens 8', what: "an image" },
		{
			line: 'onevision run photos "What is it?" -m model --max-tokens 8 --out a.jsonl',
			what: "each file of a folder",
		},
	],
	lab: [
		{ line: "onevision lab tasks", what: "what is trained, and what each task gives away" },
		{
			line: "onevision lab train plan/curriculum.yaml --samples 600 --check",
			what: "the batches of a planned curriculum, without training",
		},
	],
	serve: [
		{ line: "onevision serve --root photos", what: "the API on 127.0.0.1, with files of one folder" },
		{ line: "onevision serve --config gateway.yaml", what: "the gateway, with its model map" },
		{ line: "onevision serve --model model", what: "chat completions of a model on this machine" },
	],
	launch: [
		{
			line: "onevision launch --on slurm --shards 64 --dry-run -- profile set.json --out p",
			what: "the job of a profile on 64 nodes",
		},
	],
	mcp: [{ line: "onevision mcp --root photos", what: "as an assistant starts it, with files of one folder" }],
	curriculum: [
		{ line: "onevision curriculum --budget 3500 > curriculum.yaml", what: "the schedule as YAML" },
	],
	skill: [{ line: "onevision skill --out skills", what: "install the skill in a folder" }],
	studio: [{ line: "onevision studio --out site", what: "the page as static files, for any server" }],
	mark: [
		{ line: 'onevision mark photo.jpg --points "120,80;300,240" --out marked.png', what: "two points" },
		{ line: "onevision mark photo.jpg --grid 3x4 --out grid.png", what: "the cells of a grid" },
	],
	sheet: [
		{ line: "onevision sheet photos --columns 2 --out sheet.png", what: "a folder as a contact sheet" },
	],
	pair: [{ line: "onevision pair before.png after.png --out pair.png", what: "before and after" }],
	inspect: [
		{ line: "onevision inspect photo.jpg --out seen.png", what: "tiles, patches and tokens of an image" },
		{
			line: "onevision inspect clip.mp4 --set num_frames=8 --out frames.png",
			what: "sampled frames and their tokens",
		},
		{
			line: 'onevision inspect photo.jpg --answer "A ferry." -m model --out read.png',
			what: "what an answer attends to",
		},
	],
};

/** Appends the examples to the help of the program and of every command. */
export function addExamples(program: Command): void {
	for (const command of [program, ...program.commands]) {
		const examples = EXAMPLES[command.name()] ?? [];
		const lines = examples.flatMap(({ line, what }) => [`  # ${what}`, `  ${line}`]);
		command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
	}
}
