/**
 * vLLM and SGLang: a serve script with the plan's context, limits per request, processor arguments and encoder budget.
 * Flags from vllm-project/vllm vllm/config/multimodal.py and scheduler.py at 01230b4, sgl-project/sglang
 * docs/advanced_features/server_arguments.md at 004813e.
 */

import { type Plan, type ServingSettings, servingSettings } from "@onevision/core";
import { weightsOf } from "../model-name.ts";
import { commandLines } from "../shell.ts";
import type { PlanExport, PlanExportOptions, PlanTarget } from "../target.ts";

/** Options of a server in the order they are written, and what it lacks. */
interface Server {
	readonly command: (weights: string) => string;
	readonly options: (settings: ServingSettings, encoderTokens: number) => Record<string, string | number>;
	readonly notes: (settings: ServingSettings) => readonly string[];
}

const VLLM: Server = {
	command: (weights) => `vllm serve ${weights}`,
	options: ({ contextTokens, limits, frames, processor }, encoderTokens) => ({
		"max-model-len": contextTokens,
		"limit-mm-per-prompt": JSON.stringify({ image: 0, video: 0, ...limits }),
		...(frames === undefined ? {} : { "media-io-kwargs": JSON.stringify({ video: { num_frames: frames } }) }),
		...(Object.keys(processor).length === 0 ? {} : { "mm-processor-kwargs": JSON.stringify(processor) }),
		// The encoder's budget and cache follow from it: vLLM has no option of their own.
		"max-num-batched-tokens": encoderTokens,
	}),
	notes: () => [
		"--max-num-batched-tokens is the encoder's budget too: one request's media are encoded in one step",
	],
};

const SGLANG: Server = {
	command: (weights) => `python -m sglang.launch_server --model-path ${weights} --enable-multimodal`,
	options: ({ contextTokens, limits, frames, processor }, encoderTokens) => {
		const video = frames === undefined ? {} : { do_sample_frames: true, num_frames: frames };
		const config = {
			...(limits.image === undefined || Object.keys(processor).length === 0 ? {} : { image: processor }),
			...(limits.video === undefined ? {} : { video: { ...processor, ...video } }),
		};
		return {
			"context-length": contextTokens,
			"limit-mm-data-per-request": JSON.stringify({ image: 0, video: 0, ...limits }),
			...(Object.values(config).every((each) => Object.keys(each).length === 0)
				? {}
				: { "mm-process-config": JSON.stringify(config) }),
			// A chunk that cuts a request's media apart encodes them twice.
			"chunked-prefill-size": encoderTokens,
		};
	},
	notes: () => [
		"SGLang has no encoder budget: --chunked-prefill-size is set so that one request's media fit one chunk",
	],
};

/** A chunk smaller than this slows prefill down, whatever the media. */
const MIN_BATCHED_TOKENS = 8192;

function write(server: Server, plan: Plan, options: PlanExportOptions): PlanExport {
	const { request, scenarios } = plan;
	const planned = servingSettings(request, scenarios);
	const settings =
		options.maxLength === undefined ? planned : { ...planned, contextTokens: options.maxLength };
	const longest = Math.max(...scenarios.map(({ chosen }) => chosen.contextTokens));
	const encoderTokens = Math.max(MIN_BATCHED_TOKENS, Math.ceil(longest / 1024) * 1024);
	const command = commandLines(
		server.command(weightsOf(plan, "transformers", options.weights)),
		server.options(settings, encoderTokens),
	);
	return {
		files: [{ name: "serve.sh", text: `#!/bin/sh\nset -e\n${command} "$@"\n`, isExecutable: true }],
		run: ["./serve.sh"],
		notes: [
			...server.notes(settings),
			...settings.perRequest,
			...(request.parity === "vllm"
				? []
				: ["sized by these counts; plan with --parity vllm where the server counts in its own way"]),
			...(settings.unread.length === 0
				? []
				: [
						`no argument sets ${settings.unread.join(", ")}: export --to transformers --config SNAPSHOT writes what its configuration holds`,
					]),
		],
	};
}

export const vllm: PlanTarget = {
	title: "serve arguments for vLLM",
	source: "vllm-project/vllm vllm/config/multimodal.py, vllm/config/scheduler.py at 01230b4",
	isTrainer: false,
	write: (plan, options) => write(VLLM, plan, options),
};

export const sglang: PlanTarget = {
	title: "serve arguments for SGLang",
	source: "sgl-project/sglang docs/advanced_features/server_arguments.md at 004813e",
	isTrainer: false,
	write: (plan, options) => write(SGLANG, plan, options),
};
