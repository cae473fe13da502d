/** `onevision profile`: measures what a training set holds, from headers alone. */

import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { assertOpen, modelSettings } from "@onevision/api";
import { formatDuration, formatInteger, formatPercent, OnevisionError } from "@onevision/base";
import { createCounterFrom } from "@onevision/core";
import {
	type ComparedProfile,
	compareProfiles,
	type DuplicatesMode,
	ESTIMATED_TEXT,
	mergeProfiles,
	type Profile,
	type ProfileProgress,
	type ProfileReport,
	profileData,
	readChatMeter,
	readProfile,
} from "@onevision/data";
import { type AskedLoading, loadingOf, resolveLoading } from "@onevision/media";
import { EXIT } from "../exit.ts";
import { resolveModel } from "../input/model.ts";
import { parseWhole } from "../input/numbers.ts";
import { askedSettings, type SettingsOptions } from "../input/settings.ts";
import { parseShard } from "../input/shard.ts";
import { renderComparison } from "../render/profile-compare.ts";
import { renderProfile } from "../render/profile-text.ts";
import type { Terminal } from "../terminal.ts";
import { REPORT_FILE, type ReportOptions, reportFor, writeReport } from "./profile-report.ts";

/** What is asked of a profile, and how it is answered. */
interface PresentOptions extends ReportOptions {
	readonly compare?: string;
	readonly json?: boolean;
}

export interface ProfileOptions extends AskedLoading, SettingsOptions, PresentOptions {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly format?: string;
	readonly root?: string;
	readonly seed?: string;
	readonly tokenizer?: string;
	readonly out?: string;
	readonly shard?: string;
	readonly threads?: string;
	readonly duplicates?: DuplicatesMode;
}

/**
 * Profiles data sets, or shows a stored profile again. Exits with status 1 if nothing could be profiled. Skipped samples
 * are reported but do not change the status. `given` are the flags on the command line.
 */
export async function profileSets(
	terminal: Terminal,
	paths: readonly string[],
	options: ProfileOptions,
	given: readonly string[],
): Promise<number> {
	const [path = ""] = paths;
	const stored = paths.length === 1 ? await readProfile(resolve(terminal.cwd, path)) : undefined;
	if (stored !== undefined) {
		const fixed = given.find((flag) => !ASKED_OF_STORED.has(flag));
		if (fixed === undefined) return present(terminal, paths, stored, options);
		throw new OnevisionError(
			"invalid-input",
			`${path}: is a stored profile, which ${fixed} cannot change; give the data instead`,
		);
	}
	const profile = await profileFresh(terminal, paths, options);
	return present(terminal, paths, profile, options, options.out);
}

/** Merges shards into the profile of the whole, and shows it. */
export async function mergeShards(
	terminal: Terminal,
	folders: readonly string[],
	options: PresentOptions & { readonly out: string },
): Promise<number> {
	const paths = folders.map((folder) => resolve(terminal.cwd, folder));
	const profile = await mergeProfiles(paths, resolve(terminal.cwd, options.out));
	return present(terminal, folders, profile, options, options.out);
}

/** Options that ask a profile something, and change nothing in it. */
const ASKED_OF_STORED: ReadonlySet<string> = new Set(["--budget", "--max-length", "--json", "--compare"]);

async function profileFresh(
	terminal: Terminal,
	paths: readonly string[],
	options: ProfileOptions,
): Promise<Profile> {
	const resolved = await resolveModel(terminal, options);
	assertOpen(resolved.model, "profile takes");
	const { settings } = modelSettings(resolved.model, askedSettings(options), resolved.settings);
	const counter = createCounterFrom(resolved.model, settings);
	const loading = resolveLoading(options, loadingOf(counter.settings.parity));
	const text =
		options.tokenizer === undefined
			? ESTIMATED_TEXT
			: await readChatMeter(resolve(terminal.cwd, options.tokenizer), `--tokenizer ${options.tokenizer}`);
	const { format, root, seed, out, shard, threads, duplicates } = options;
	if (shard !== undefined && out === undefined)
		throw new OnevisionError("invalid-input", "--shard: needs --out, a folder per shard to merge later");
	if (duplicates !== undefined && out === undefined)
		throw new OnevisionError("invalid-input", "--duplicates: needs --out, where media are compared");
	return profileData(
		{
			paths: paths.map((path) => resolve(terminal.cwd, path)),
			counter,
			text,
			applyOrientation: loading.applyOrientation,
			applyRotation: loading.applyRotation,
			threads:
				threads === undefined ? availableParallelism() : parseWhole("--threads", threads, { max: 1024 }),
			...(format === undefined ? {} : { format }),
			...(root === undefined ? {} : { root: resolve(terminal.cwd, root) }),
			...(seed === undefined ? {} : { seed: parseWhole("--seed", seed, { min: 0, max: 2 ** 32 - 1 }) }),
			...(out === undefined ? {} : { out: resolve(terminal.cwd, out) }),
			...(shard === undefined ? {} : { shard: parseShard(shard) }),
			...(duplicates === undefined ? {} : { duplicates }),
		},
		progressOn(terminal),
	);
}

/** Shows a profile, and writes the report of one that was stored in `folder`. */
async function present(
	terminal: Terminal,
	paths: readonly string[],
	profile: Profile,
	options: PresentOptions,
	folder?: string,
): Promise<number> {
	const report = reportFor(profile, options);
	// A shard of a small set may hold nothing.
	if (report.samples === 0 && profile.shard === undefined)
		throw new OnevisionError("invalid-input", `${paths.join(", ")}: no samples; check the path`);
	if (folder !== undefined && profile.shard === undefined)
		await writeReport(terminal, profile, report, join(folder, REPORT_FILE));
	if (options.compare !== undefined)
		return compareWith(terminal, paths, { about: profile.about, report }, options);
	const { checkpoint, settings, text } = profile.about;
	const counter = createCounterFrom(checkpoint, settings);
	const { title, contextTokens } = checkpoint;
	const { parity } = counter.settings;
	const about = { title, parity, text, ...(contextTokens === undefined ? {} : { contextTokens }) };
	if (options.json)
		await terminal.out(
			`${JSON.stringify(document(profile, report, { ...about, settings: counter.settings }), null, 2)}\n`,
		);
	else await terminal.out(`${renderProfile(terminal, profile, report, about)}\n`);
	return report.profiled === 0 && profile.shard === undefined ? EXIT.error : EXIT.done;
}

/** Shows what changed since a stored profile, in place of the profile itself. */
async function compareWith(
	terminal: Terminal,
	paths: readonly string[],
	after: ComparedProfile,
	options: PresentOptions,
): Promise<number> {
	const { compare = "" } = options;
	const stored = await readProfile(resolve(terminal.cwd, compare));
	if (stored === undefined)
		throw new OnevisionError("invalid-input", `--compare ${compare}: no profile there; check the path`);
	const comparison = compareProfiles({ about: stored.about, report: reportFor(stored, options) }, after);
	const names = { before: compare, after: paths.join(", ") };
	await terminal.out(
		options.json
			? `${JSON.stringify({ ...names, ...comparison }, null, 2)}\n`
			: `${renderComparison(terminal, comparison, names)}\n`,
	);
	return EXIT.done;
}

/** Everything, for machines. Token counts in tokens, sizes in px. */
function document(profile: Profile, report: ProfileReport, about: Readonly<Record<string, unknown>>) {
	const { about: stored, shard, read, resumed, duplicates } = profile;
	return {
		...about,
		sets: stored.sets,
		...(shard === undefined ? {} : { shard }),
		resumedSamples: resumed,
		bytesRead: { sets: read.sets.bytes, media: read.media.bytes },
		...report,
		...(duplicates === undefined ? {} : { duplicates }),
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
