/** `onevision profile`: measures what a training set holds, from headers alone. */

import { resolve } from "node:path";
import { assertOpen, modelSettings } from "@onevision/api";
import { formatDuration, formatInteger, formatPercent, OnevisionError } from "@onevision/base";
import { createCounterFrom } from "@onevision/core";
import {
	ESTIMATED_TEXT,
	type Profile,
	type ProfileProgress,
	type ProfileReport,
	profileData,
	readChatMeter,
	reportOf,
} from "@onevision/data";
import { type AskedLoading, loadingOf, resolveLoading } from "@onevision/media";
import { EXIT } from "../exit.ts";
import { resolveModel } from "../input/model.ts";
import { parseWhole } from "../input/numbers.ts";
import { askedSettings, type SettingsOptions } from "../input/settings.ts";
import { renderProfile } from "../render/profile-text.ts";
import type { Terminal } from "../terminal.ts";

export interface ProfileOptions extends AskedLoading, SettingsOptions {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly format?: string;
	readonly root?: string;
	readonly seed?: string;
	readonly budget?: string;
	readonly maxLength: readonly string[];
	readonly tokenizer?: string;
	readonly out?: string;
	readonly json?: boolean;
}

/** Exits with status 1 if nothing could be profiled. Skipped samples are reported but do not change the status. */
export async function profileSets(
	terminal: Terminal,
	paths: readonly string[],
	options: ProfileOptions,
): Promise<number> {
	const resolved = await resolveModel(terminal, options);
	assertOpen(resolved.model, "profile takes");
	const { settings } = modelSettings(resolved.model, askedSettings(options), resolved.settings);
	const counter = createCounterFrom(resolved.model, settings);
	const loading = resolveLoading(options, loadingOf(counter.settings.parity));
	const question = {
		model: resolved.model,
		settings,
		maxLengths: options.maxLength.map((text) => parseWhole("--max-length", text, { max: 1e9 })),
		...(options.budget === undefined ? {} : { budget: parseWhole("--budget", options.budget, { max: 1e9 }) }),
	};
	const text =
		options.tokenizer === undefined
			? ESTIMATED_TEXT
			: await readChatMeter(resolve(terminal.cwd, options.tokenizer), `--tokenizer ${options.tokenizer}`);
	const profile = await profileData(
		{
			paths: paths.map((path) => resolve(terminal.cwd, path)),
			counter,
			text,
			applyOrientation: loading.applyOrientation,
			applyRotation: loading.applyRotation,
			...(options.format === undefined ? {} : { format: options.format }),
			...(options.root === undefined ? {} : { root: resolve(terminal.cwd, options.root) }),
			...(options.seed === undefined
				? {}
				: { seed: parseWhole("--seed", options.seed, { min: 0, max: 2 ** 32 - 1 }) }),
			...(options.out === undefined ? {} : { out: resolve(terminal.cwd, options.out) }),
		},
		progressOn(terminal),
	);
	const report = reportOf(profile.totals, question);
	if (report.samples === 0)
		throw new OnevisionError("invalid-input", `${paths.join(", ")}: no samples; check the path`);
	const about = {
		title: counter.checkpoint.title,
		parity: counter.settings.parity,
		text: text.basis,
		...(counter.checkpoint.contextTokens === undefined
			? {}
			: { contextTokens: counter.checkpoint.contextTokens }),
	};
	if (options.json)
		await terminal.out(
			`${JSON.stringify(document(profile, report, { ...about, settings: counter.settings }), null, 2)}\n`,
		);
	else await terminal.out(`${renderProfile(terminal, profile, report, about)}\n`);
	return report.profiled === 0 ? EXIT.error : EXIT.done;
}

/** Everything, for machines. Token counts in tokens, sizes in px. */
function document(profile: Profile, report: ProfileReport, about: Readonly<Record<string, unknown>>) {
	const { sets, read, resumed } = profile;
	return {
		...about,
		sets,
		resumedSamples: resumed,
		bytesRead: { sets: read.sets.bytes, media: read.media.bytes },
		...report,
	};
}

/** Samples, rate and remaining time, at most four times per second. */
function progressOn(terminal: Terminal): (progress: ProfileProgress) => void {
	if (!terminal.showsProgress) return () => undefined;
	const start = performance.now();
	let first: ProfileProgress | undefined;
	let shown = 0;
	return (progress) => {
		first ??= progress;
		const now = performance.now();
		if (now - shown < 250) return;
		shown = now;
		const seconds = (now - start) / 1000;
		const rate = (progress.samples - first.samples) / Math.max(seconds, 0.001);
		const done = (progress.share ?? 0) - (first.share ?? 0);
		const left =
			progress.share === undefined || done <= 0
				? ""
				: `, ${formatPercent(progress.share)}, ${formatDuration((seconds * (1 - progress.share)) / done)} left`;
		terminal.err(`\r${formatInteger(progress.samples)} samples, ${formatInteger(rate)}/s${left}\u001b[K`);
		if (progress.share === 1) terminal.err("\r\u001b[K");
	};
}
