/** `onevision profile report`: the report of a stored profile as one HTML page. */

import { join, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { type Profile, type ProfileReport, readProfile, renderReportPage, reportOf } from "@onevision/data";
import { EXIT } from "../exit.ts";
import { parseWhole } from "../input/numbers.ts";
import { assertFilePlace, writeOutput } from "../output/place.ts";
import { nearTo } from "../render/near.ts";
import type { Terminal } from "../terminal.ts";

/** The report's name in the folder of its profile. */
export const REPORT_FILE = "report.html";

/** What is asked of a profile once it is there. */
export interface ReportOptions {
	readonly budget?: string;
	readonly maxLength: readonly string[];
}

/** Writes the report of a stored profile, into its folder unless `out` says where. */
export async function reportStored(
	terminal: Terminal,
	folder: string,
	options: ReportOptions & { readonly out?: string },
): Promise<number> {
	const profile = await readProfile(resolve(terminal.cwd, folder));
	if (profile === undefined)
		throw new OnevisionError("invalid-input", `${folder}: no profile there; store one with profile --out`);
	const { out = join(folder, REPORT_FILE) } = options;
	await assertFilePlace(terminal, out);
	await writeReport(terminal, profile, reportFor(profile, options), out);
	await terminal.out(`${out}\n`);
	return EXIT.done;
}

/** Answers the questions in the options. */
export function reportFor(
	{ about: { checkpoint, settings }, totals }: Profile,
	options: ReportOptions,
): ProfileReport {
	return reportOf(totals, {
		model: checkpoint,
		settings,
		maxLengths: options.maxLength.map((each) => parseWhole("--max-length", each, { max: 1e9 })),
		...(options.budget === undefined ? {} : { budget: parseWhole("--budget", options.budget, { max: 1e9 }) }),
	});
}

/** Throws `unwritable-file`. */
export async function writeReport(
	terminal: Terminal,
	{ about, totals, duplicates }: Profile,
	report: ProfileReport,
	out: string,
): Promise<void> {
	const page = await renderReportPage({
		...{ about, totals, report, near: nearTo(terminal) },
		...(duplicates === undefined ? {} : { duplicates }),
	});
	await writeOutput(terminal, out, [new TextEncoder().encode(page)]);
}
