/** `onevision run`: a model's answers to questions about images and videos. */

import { basename, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { Hardware } from "@onevision/core";
import { type AskedLoading, type FileLoading, loadingOf, resolveLoading } from "@onevision/media";
import {
	type Answer,
	type ConversationPool,
	type GenerateOptions,
	type MediaPart,
	type Message,
	type Prompt,
	type PromptProgress,
	predict,
	tokensPerSecond,
} from "@onevision/model";
import { measureMachine, readMediaPart, type VisionLanguageModel } from "@onevision/model/node";
import { EXIT } from "../exit.ts";
import { loadModelToRun, resolveModelToRun } from "../input/load-model.ts";
import { parseNumber, parseWhole } from "../input/numbers.ts";
import { type Asked, type Question, questionsGiven, questionsOfLines } from "../input/questions.ts";
import { shorten } from "../input/shorten.ts";
import { AnswersFile } from "../output/answers-file.ts";
import { refusalOf } from "../refusal.ts";
import { checkedText, measuredText } from "../render/run-text.ts";
import { samplingNote } from "../render/sampling.ts";
import type { Terminal } from "../terminal.ts";

export interface RunCommand extends AskedLoading {
	readonly model: string;
	readonly system?: string;
	readonly maxTokens?: string;
	readonly temperature?: string;
	readonly topP?: string;
	readonly topK?: string;
	readonly repetitionPenalty?: string;
	readonly seed?: string;
	readonly stop: readonly string[];
	readonly jsonl?: string;
	readonly out?: string;
	readonly check?: boolean;
	readonly quantize?: string;
	readonly answers?: string;
	readonly threads?: string;
	readonly set: readonly string[];
	readonly asIs?: boolean;
	readonly json?: boolean;
}

const DEFAULT_MAX_TOKENS = 256;

/** Exits with status 1 if a question of several could not be answered; the others still are. */
export async function runModel(
	terminal: Terminal,
	given: readonly string[],
	command: RunCommand,
): Promise<number> {
	if (command.jsonl !== undefined && given.length > 0) {
		throw new OnevisionError("invalid-input", "--jsonl holds the questions: give no media beside it");
	}
	const generate = generateOptions(command);
	const loading = resolveLoading(command, loadingOf("transformers"));
	const questions: AsyncIterable<Asked> | Iterable<Asked> =
		command.jsonl === undefined
			? await questionsGiven(terminal, given, loading)
			: questionsOfLines(terminal, command.jsonl);
	const toRun = resolveModelToRun(command);
	const name = basename(resolve(terminal.cwd, command.model));
	const writes = command.out !== undefined && command.check !== true;
	// A file that cannot be written is told before a model is loaded.
	const out = writes ? await AnswersFile.open(terminal, command.out, name) : undefined;
	const stopping = stopOnInterrupt();
	const { signal } = stopping;
	let model: VisionLanguageModel | undefined;
	try {
		model = await loadModelToRun(terminal, toRun, command.model, signal);
		for (const note of model.notes) terminal.notes.push(`note: ${note}`);
		return await answerAll({ terminal, command, name, model, loading, generate, signal, out }, questions);
	} finally {
		await out?.close();
		stopping.end();
		await model?.close();
	}
}

interface Run {
	readonly terminal: Terminal;
	readonly command: RunCommand;
	/** Of the model's folder. */
	readonly name: string;
	readonly model: VisionLanguageModel;
	/** Where answers are written. */
	readonly out: AnswersFile | undefined;
	readonly loading: FileLoading;
	readonly generate: GenerateOptions & { readonly maxTokens: number };
	readonly signal: AbortSignal;
}

/** What became of the questions. */
interface Tally {
	answered: number;
	failed: number;
	skipped: number;
	hasVideo: boolean;
}

async function answerAll(run: Run, questions: AsyncIterable<Asked> | Iterable<Asked>): Promise<number> {
	const { terminal, command, model, signal, out } = run;
	const isOne = Array.isArray(questions) && questions.length === 1 && command.out === undefined;
	const atOnce = command.answers === undefined ? 1 : parseWhole("--answers", command.answers, { max: 64 });
	const streams = command.json !== true && out === undefined && command.check !== true;
	if (atOnce > 1 && streams) {
		throw new OnevisionError(
			"invalid-input",
			"--answers: streamed answers come one by one; add --out FILE or --json",
		);
	}
	const hardware = command.check === true ? undefined : await measureMachine(threadsOf(command).threads);
	const answering: Answering = { ...run, hardware, pool: model.pool(atOnce), isOne, isAlone: atOnce === 1 };
	const tally: Tally = { answered: 0, failed: 0, skipped: 0, hasVideo: false };
	const running = new Set<Promise<void>>();
	try {
		for await (const asked of questions) {
			if (signal.aborted) break;
			if (out?.done.has(asked.id)) {
				tally.skipped++;
				continue;
			}
			const task: Promise<void> = answerOne(answering, asked, tally).finally(() => running.delete(task));
			running.add(task);
			if (running.size >= atOnce) await Promise.race(running);
		}
		await Promise.all(running);
	} finally {
		await Promise.allSettled(running);
		progress(terminal, "");
	}
	const { answered, failed, skipped } = tally;
	if (tally.hasVideo) terminal.notes.push(`note: ${samplingNote(model.sampling, "transformers")}`);
	if (out !== undefined) {
		const before = skipped === 0 ? "" : `, ${skipped} were there`;
		const missing = failed === 0 ? "" : `, ${failed} failed`;
		await terminal.out(`${answered} answers written to ${command.out}${before}${missing}\n`);
	}
	if (answered + skipped + failed === 0) throw new OnevisionError("invalid-input", "no questions were given");
	return failed > 0 || signal.aborted ? EXIT.error : EXIT.done;
}

interface Answering extends Run {
	/** Absent where nothing is run. */
	readonly hardware: Hardware | undefined;
	readonly pool: ConversationPool;
	/** Whether there is one question, whose failure is that of the command. */
	readonly isOne: boolean;
	/** Whether answers come one after the other, so that their times are their own. */
	readonly isAlone: boolean;
}

/** Answers a question, and tells a failure; throws what is no refusal, and for an only question. */
async function answerOne(answering: Answering, asked: Asked, tally: Tally): Promise<void> {
	const { terminal, isOne, signal } = answering;
	try {
		if ("error" in asked) throw asked.error;
		tally.hasVideo ||= asked.media.some(({ kind }) => kind === "video");
		if (await answer(answering, asked)) tally.answered++;
	} catch (error) {
		if (signal.aborted && !isOne) return;
		const refusal = refusalOf(error);
		if (refusal === undefined || isOne) throw error;
		tally.failed++;
		terminal.err(`onevision: ${asked.id}: ${refusal.message}\n`);
	}
	const { answered, failed } = tally;
	if (!isOne) progress(terminal, `${answered} answered${failed === 0 ? "" : `, ${failed} failed`}`);
}

/** Whether the question was answered, and not stopped. */
async function answer(answering: Answering, asked: Question): Promise<boolean> {
	const { terminal, command, name, model, out, hardware, pool, isOne, isAlone } = answering;
	const messages = await messagesOf(answering, asked);
	const prompt = model.prompt(messages, answering.generate.maxTokens);
	if (hardware === undefined) {
		await showCheck(answering, asked, messages, prompt, isOne);
		return true;
	}
	const isStreamed = command.json !== true && out === undefined;
	if (isStreamed && !isOne) await terminal.out(`${terminal.colors.bold(asked.id)}\n`);
	const given = await stream(answering, pool.generate(messages, optionsOf(answering)), isStreamed);
	if (given.finish === "cancelled" && !isOne) return false;
	const predicted = predict(model.checkpoint, prompt, given.usage.answer, hardware);
	const measured = { answer: given, predicted, memory: process.resourceUsage().maxRSS * 1024 };
	const document = { id: asked.id, model: name, ...documentOf(answering, asked, measured, isAlone) };
	await out?.append(document);
	if (command.json === true) await terminal.out(`${JSON.stringify(document, null, isOne ? 2 : 0)}\n`);
	else if (isStreamed) {
		await terminal.out(`\n${terminal.colors.dim(measuredText(measured, terminal.columns))}\n`);
	}
	return true;
}

async function messagesOf({ command, model, loading, signal }: Run, question: Question): Promise<Message[]> {
	const parts: MediaPart[] = [];
	const { applyOrientation, applyRotation } = loading;
	for (const { path, kind } of question.media) {
		parts.push(await readMediaPart(path, kind, model.processor, { applyOrientation, applyRotation, signal }));
	}
	const system: Message[] = command.system === undefined ? [] : [{ role: "system", content: command.system }];
	return [...system, { role: "user", content: [...parts, { type: "text", text: question.text }] }];
}

function optionsOf({ terminal, generate, signal, isAlone }: Answering): GenerateOptions {
	if (!isAlone) return { ...generate, signal };
	const onProgress = ({ stage, done, total }: PromptProgress): void =>
		progress(terminal, done === total && stage === "prompt" ? "" : `${STAGES[stage]} ${done} of ${total}`);
	return { ...generate, signal, onProgress };
}

const STAGES = { views: "seeing view", prompt: "reading token" } as const satisfies Record<
	PromptProgress["stage"],
	string
>;

async function stream(
	{ terminal }: Run,
	pieces: AsyncGenerator<{ readonly text: string }, Answer>,
	isShown: boolean,
): Promise<Answer> {
	let shown = "";
	for (;;) {
		const { done, value } = await pieces.next();
		const text = done ? value.text.slice(shown.length) : value.text;
		if (isShown && text !== "") await terminal.out(text);
		shown += text;
		if (done) return value;
	}
}

function documentOf(
	{ terminal }: Run,
	question: Question,
	{ answer, predicted, memory }: Parameters<typeof measuredText>[0],
	isAlone: boolean,
) {
	return {
		question: question.text,
		media: question.media.map(({ path }) => shorten(terminal.cwd, path)),
		answer: answer.text,
		finish: answer.finish,
		usage: answer.usage,
		seconds: answer.seconds,
		tokensPerSecond: tokensPerSecond(answer),
		memoryBytes: memory,
		// An answer beside others waits for them, which is not predicted.
		...(isAlone ? { predicted } : {}),
	};
}

async function showCheck(
	{ terminal, command, model, generate, signal }: Run,
	question: Question,
	messages: readonly Message[],
	prompt: Prompt,
	isOne: boolean,
): Promise<void> {
	const { contextTokens } = model.architecture;
	progress(terminal, "comparing logits");
	const check = await model.check(messages, signal);
	progress(terminal, "");
	const cacheBytes = model.cacheBytes(prompt.ids.length + generate.maxTokens);
	if (command.json === true) {
		const items = prompt.items.map(({ layout }) => layout);
		const document = {
			id: question.id,
			promptTokens: prompt.ids.length,
			visualTokens: prompt.visualTokens,
			contextTokens,
			cacheBytes,
			check,
			items,
		};
		await terminal.out(`${JSON.stringify(document, null, isOne ? 2 : 0)}\n`);
		return;
	}
	const head = isOne ? "" : `${terminal.colors.bold(question.id)}\n`;
	await terminal.out(
		`${head}${checkedText({ prompt, cacheBytes, contextTokens, check }, terminal.columns)}\n`,
	);
}

function threadsOf({ threads }: RunCommand): { readonly threads?: number } {
	return threads === undefined ? {} : { threads: parseWhole("--threads", threads, { max: 1024 }) };
}

function generateOptions(command: RunCommand): GenerateOptions & { readonly maxTokens: number } {
	const { temperature, topP, topK, repetitionPenalty, seed, maxTokens, stop } = command;
	return {
		maxTokens:
			maxTokens === undefined ? DEFAULT_MAX_TOKENS : parseWhole("--max-tokens", maxTokens, { max: 1e6 }),
		stop,
		...(temperature === undefined
			? {}
			: { temperature: parseNumber("--temperature", temperature, { min: 0, max: 100 }) }),
		...(topP === undefined ? {} : { topP: parseNumber("--top-p", topP, { min: 1e-6, max: 1 }) }),
		...(topK === undefined ? {} : { topK: parseWhole("--top-k", topK, { max: 1e9 }) }),
		...(repetitionPenalty === undefined
			? {}
			: {
					repetitionPenalty: parseNumber("--repetition-penalty", repetitionPenalty, { min: 0.01, max: 100 }),
				}),
		...(seed === undefined ? {} : { seed: parseWhole("--seed", seed, { min: 0, max: 2 ** 32 - 1 }) }),
	};
}

/** The first interrupt ends the answer that is being made; a second one ends the process, as always. */
function stopOnInterrupt(): { readonly signal: AbortSignal; end(): void } {
	const controller = new AbortController();
	const stop = (): void => controller.abort();
	process.once("SIGINT", stop);
	return { signal: controller.signal, end: () => process.off("SIGINT", stop) };
}

function progress(terminal: Terminal, text: string): void {
	if (terminal.showsProgress) terminal.err(`\r${text}\u001b[K`);
}
