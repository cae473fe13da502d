/** A comparison of models for people: a table, counts by file if there are few, and its assumptions. */

import type { Comparison, Deployment, RequestOutcome } from "@onevision/api";
import { formatInteger } from "@onevision/base";
import type { Terminal } from "../terminal.ts";
import { comparisonNotes } from "./compare-notes.ts";
import { numberReasons, type Reasons, reasonOf } from "./compare-reasons.ts";
import { columnsOf, detailLines, rowOf } from "./compare-rows.ts";
import { type FittedColumn, fittedTable } from "./fitted-table.ts";
import { printable } from "./left-out.ts";
import { wrap } from "./wrap.ts";

export interface CompareView {
	/** Print counts by file, however many there are. */
	readonly rows: boolean;
	/** Whether the model cards' sampling was disabled. */
	readonly asIs: boolean;
}

/** Maximum number of files, and of models, whose counts are listed by default. */
const FEW_FILES = 6;
const FEW_MODELS = 20;

export function renderComparison(terminal: Terminal, comparison: Comparison, view: CompareView): string {
	const { deployments, samples } = comparison;
	const { columns, colors } = terminal;
	const { dim } = colors;
	const reasons = numberReasons(comparison);
	const { head, body, leftOut } = fittedTable(
		columnsOf(comparison),
		deployments.map((deployment) => rowOf(deployment, comparison, reasons)),
		columns,
	);
	const lines = (text: string): string[] => wrap(text, columns);
	const showsFiles =
		samples.length > 1 && (view.rows || (samples.length <= FEW_FILES && deployments.length <= FEW_MODELS));
	return [
		...lines(titleOf(comparison)),
		"",
		...head.map(dim),
		...body.flatMap((line, index) => {
			const details = detailLines(deployments[index] as Deployment, comparison, reasons, columns);
			return [line, ...details.map(dim)];
		}),
		...(showsFiles ? byFile(terminal, comparison, reasons) : []),
		...(deployments.length > FEW_MODELS ? ["", ...lines(closing(comparison))] : []),
		"",
		...comparisonNotes(comparison, { ...view, leftOut, columns, reasons }).flatMap((note) =>
			lines(note).map(dim),
		),
	].join("\n");
}

function titleOf({ samples, maxTokens }: Comparison): string {
	const [only] = samples;
	const requests =
		samples.length > 1 || only === undefined
			? `${formatInteger(samples.length)} requests, one medium each`
			: only.items.length > 1
				? `one request of ${formatInteger(only.items.length)} media`
				: `one request: ${printable(only.name)}`;
	return maxTokens === undefined
		? requests
		: `${requests}; best settings under ${formatInteger(maxTokens)} visual tokens a request, most quality kept first`;
}

function closing({ deployments, maxTokens }: Comparison): string {
	const count = (has: (deployment: Deployment) => boolean): number => deployments.filter(has).length;
	const parts = [
		...(maxTokens === undefined
			? []
			: [`${formatInteger(count(({ overLimit }) => overLimit > 0))} cannot get under the limit`]),
		`${formatInteger(count(({ overContext }) => overContext > 0))} would overflow their context`,
		`${formatInteger(count(({ refused }) => refused > 0))} refuse some of the requests`,
	];
	return `${formatInteger(deployments.length)} models: ${parts.join(", ")}`;
}

/** Visual tokens by file, with as many files side by side as fit. */
function byFile(terminal: Terminal, { deployments, samples }: Comparison, reasons: Reasons): string[] {
	const { columns, colors } = terminal;
	const cells = deployments.map((deployment) =>
		deployment.outcomes.map((outcome, index) => {
			const reason = reasonOf(deployment, outcome, samples[index]);
			return cellOf(outcome, reason === undefined ? undefined : reasons.get(reason));
		}),
	);
	const shared = sharedFolder(samples.map(({ name }) => name));
	const files = samples.map(({ name }, index): FittedColumn & { readonly width: number } => {
		const title = stacked(printable(name.slice(shared)));
		const widths = [...title.split("\n"), ...cells.map((row) => row[index] ?? "")].map(
			({ length }) => length,
		);
		return { title, align: "right", width: Math.max(...widths) + 2 };
	});
	const first = { title: "visual tokens" };
	const ids = Math.max(first.title.length, ...deployments.map(({ id }) => id.length));
	const lines: string[] = [];
	for (let from = 0; from < files.length; ) {
		let to = from + 1;
		let width = ids + (files[from]?.width ?? 0);
		while (to < files.length && width + (files[to]?.width ?? 0) <= columns) width += files[to++]?.width ?? 0;
		const rows = deployments.map(({ id }, index) => [id, ...(cells[index] ?? []).slice(from, to)]);
		const { head, body } = fittedTable([first, ...files.slice(from, to)], rows, columns);
		lines.push("", ...head.map(colors.dim), ...body);
		from = to;
	}
	return lines;
}

/** Length of the folder prefix that all names share, which distinguishes none of them. */
function sharedFolder(names: readonly string[]): number {
	const [first = ""] = names;
	let end = first.lastIndexOf("/") + 1;
	while (end > 0 && !names.every((name) => name.startsWith(first.slice(0, end)))) {
		end = first.lastIndexOf("/", end - 2) + 1;
	}
	return end;
}

function cellOf(outcome: RequestOutcome, reason: number | undefined): string {
	if ("refused" in outcome) return reason === undefined ? "refused" : `[${reason}]`;
	const atMost = outcome.count.items.some(({ range }) => range !== undefined) ? "≤ " : "";
	const over = outcome.overLimit || outcome.overContext ? " over" : "";
	return `${atMost}${formatInteger(outcome.count.visualTokens)}${over}`;
}

/** Width of a file's name above its counts, in columns, and its number of lines. */
const TITLE_WIDTH = 10;
const TITLE_LINES = 4;

/** A file's name in short stacked lines, broken at punctuation. */
function stacked(name: string): string {
	const lines: string[] = [];
	for (const part of name.split(/(?<=[/_\- ])|(?=\.)/)) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + part.length <= TITLE_WIDTH) lines[lines.length - 1] = last + part;
		else lines.push(part);
	}
	return lines.slice(-TITLE_LINES).join("\n");
}
