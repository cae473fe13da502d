/**
 * Runs as one page that needs nothing else: losses, scores after each stage beside their floors, and what was answered to some
 * of the questions, with the images that were asked about. Several runs stand side by side.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { blankImage, gray, paste } from "@onevision/draw";
import type { RgbImage } from "@onevision/media";
import { encodePng } from "@onevision/media/node";
import { drawSample } from "../samples/prepare.ts";
import { type LabSample, sampleAt } from "../samples/sample.ts";
import { TASKS } from "../tasks/index.ts";
import type { PredictionLine, RunFolder } from "../train/run-folder.ts";

/** Losses that a curve shows; more are averaged. */
const MAX_POINTS = 400;
/** Questions with their images, of each run. */
const MAX_EXAMPLES = 24;
/** Between images that are shown in a row, px. */
const GAP = 2;

interface ReportData {
	readonly losses: readonly { readonly run: string; readonly update: number; readonly loss: number }[];
	readonly stages: readonly { readonly run: string; readonly stage: string; readonly update: number }[];
	readonly scores: readonly {
		readonly run: string;
		readonly stage: string;
		readonly split: string;
		readonly task: string;
		readonly accuracy: number;
		readonly floor: number;
	}[];
	readonly answers: readonly {
		readonly run: string;
		readonly task: string;
		readonly answer: string;
		readonly predicted: string;
	}[];
}

/** The page, HTML. Runs are named by their paths. */
export async function runReport(runs: readonly RunFolder[]): Promise<string> {
	const require = createRequire(import.meta.url);
	// The files that the packages make for pages without a bundler.
	const scripts = await Promise.all(
		["d3/dist/d3.min.js", "@observablehq/plot/dist/plot.umd.min.js"].map((name) =>
			readFile(fileOf(require, name), "utf8"),
		),
	);
	const examples = await Promise.all(runs.map(examplesOf));
	return [
		'<!doctype html><html lang="en"><meta charset="utf-8">',
		'<meta name="viewport" content="width=device-width, initial-scale=1">',
		"<title>Runs of the lab</title>",
		`<style>${STYLE}</style>`,
		"<main><h1>Runs of the lab</h1>",
		configTable(runs),
		'<h2>Loss</h2><p>Before each update, over the answers of its batch. Stages begin at the lines.</p><div id="losses"></div>',
		'<h2>Accuracy by task</h2><p>After the last stage, on samples nobody trained on; the line is the highest floor: what is reached without seeing what is asked about.</p><div id="scores"></div>',
		'<h2>Accuracy by stage</h2><div id="stages"></div>',
		'<h2>Confusion</h2><p>Among the predictions that runs keep, after the last stage.</p><div id="confusion"></div>',
		`<h2>Examples</h2>${examples.join("")}`,
		"</main>",
		...scripts.map((script) => `<script>${escapedScript(script)}</script>`),
		`<script>const data = ${escapedJson(dataOf(runs))};${DRAW}</script></html>`,
	].join("\n");
}

/** A file that a package does not export, beside its entry. */
function fileOf(require: NodeJS.Require, name: string): string {
	const parts = name.split("/");
	const packageName = parts.slice(0, name.startsWith("@") ? 2 : 1).join("/");
	const entry = require.resolve(packageName);
	return `${entry.slice(0, entry.lastIndexOf(`/${packageName}/`) + packageName.length + 2)}${name.slice(packageName.length + 1)}`;
}

function escapedScript(script: string): string {
	return script.replaceAll("</script", "<\\/script");
}

function escapedJson(value: unknown): string {
	return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function escaped(text: string): string {
	return text
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;");
}

function dataOf(runs: readonly RunFolder[]): ReportData {
	return {
		losses: runs.flatMap(({ path, metrics }) => {
			const size = Math.max(1, Math.ceil(metrics.length / MAX_POINTS));
			return Array.from({ length: Math.ceil(metrics.length / size) }, (_, point) => {
				const own = metrics.slice(point * size, (point + 1) * size);
				const loss = own.reduce((sum, line) => sum + line.loss, 0) / own.length;
				return { run: path, update: point * size + own.length, loss };
			});
		}),
		stages: runs.flatMap(({ path, config, metrics }) =>
			config.stages.flatMap(({ name }) => {
				const first = metrics.findIndex(({ stage }) => stage === name);
				return first < 0 ? [] : [{ run: path, stage: name, update: first }];
			}),
		),
		scores: runs.flatMap(({ path, evaluations }) =>
			evaluations.flatMap(({ stage, split, scores }) =>
				scores.map(({ task, accuracy, floors }) => ({
					run: path,
					stage,
					split,
					task,
					accuracy,
					floor: Math.max(...Object.values(floors)),
				})),
			),
		),
		answers: runs.flatMap((run) =>
			lastPredictions(run).map(({ task, answer, predicted }) => ({ run: run.path, task, answer, predicted })),
		),
	};
}

function lastPredictions({ config, predictions }: RunFolder): readonly PredictionLine[] {
	const last = config.stages.at(-1)?.name;
	return predictions.filter(({ stage }) => stage === last);
}

function configTable(runs: readonly RunFolder[]): string {
	const rows: readonly (readonly [string, (run: RunFolder) => string])[] = [
		["stages", ({ config }) => config.stages.map(({ name, samples }) => `${name} (${samples})`).join(", ")],
		["seed", ({ config }) => `${config.seed}`],
		[
			"batches",
			({ config: { batches } }) =>
				`${batches.packs} packs of ${batches.capacity} tokens, ${batches.arrangement}`,
		],
		["tasks", ({ config }) => `${config.tasks.length}`],
		["updates", ({ metrics }) => `${metrics.length}`],
		[
			"versions",
			({ versions }) =>
				Object.entries(versions)
					.map(([name, version]) => `${name} ${version}`)
					.join(", "),
		],
	];
	const head = `<tr><th></th>${runs.map(({ path }) => `<th>${escaped(path)}</th>`).join("")}</tr>`;
	const body = rows.map(
		([name, of]) => `<tr><th>${name}</th>${runs.map((run) => `<td>${escaped(of(run))}</td>`).join("")}</tr>`,
	);
	return `<table>${head}${body.join("")}</table>`;
}

/** Questions with what was seen, wrong ones first. */
async function examplesOf(run: RunFolder): Promise<string> {
	const { config, path } = run;
	const sorted = [...lastPredictions(run)].sort(
		(a, b) => Number(a.answer === a.predicted) - Number(b.answer === b.predicted),
	);
	const cards = await Promise.all(
		sorted.slice(0, MAX_EXAMPLES).map(async ({ task, split, index, question, answer, predicted }) => {
			const { tasks, questions, rules } = config;
			const source = { name: "evaluation", seed: 0, split, tasks, questions, rules };
			const image = await sceneImage(sampleAt(source, TASKS[task].scenario, index));
			const isRight = answer === predicted;
			return `<figure class="${isRight ? "right" : "wrong"}"><img alt="${escaped(task)}" src="${image}"><figcaption>${escaped(question)}<br><b>${escaped(predicted)}</b>${isRight ? "" : `, not ${escaped(answer)}`}</figcaption></figure>`;
		}),
	);
	return `<h3>${escaped(path)}</h3><div class="examples">${cards.join("")}</div>`;
}

async function sceneImage(sample: LabSample): Promise<string> {
	const png = await encodePng(beside(drawSample(sample)));
	return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

/** Images of one size in a row, a gap between them. */
function beside(images: readonly RgbImage[]): RgbImage {
	const [{ width, height } = { width: 1, height: 1 }] = images;
	const sheet = blankImage({ width: images.length * (width + GAP) - GAP, height }, gray(128));
	for (const [index, image] of images.entries()) paste(sheet, image, { x: index * (width + GAP), y: 0 });
	return sheet;
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #222; background: #fff; }
main { max-width: 960px; margin: 0 auto; padding: 24px; }
table { border-collapse: collapse; font-size: 13px; } th, td { text-align: left; padding: 4px 12px 4px 0; vertical-align: top; }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 16px; }
figure { margin: 0; } .examples figure { border-top: 3px solid #3a7; padding-top: 8px; } .examples .wrong { border-color: #c53; }
img { image-rendering: pixelated; width: 100%; max-height: 96px; object-fit: contain; background: #eee; }
figcaption { font-size: 13px; }
`;

/** Draws the charts; the page's own globals are `data`, `d3` and `Plot`. */
const DRAW = `
const runs = [...new Set(data.losses.map((d) => d.run))];
const color = { domain: runs, legend: runs.length > 1 };
const put = (id, chart) => document.getElementById(id).append(chart);
const width = Math.min(912, document.body.clientWidth - 48);
put("losses", Plot.plot({ width, height: 280, color, x: { label: "update" }, y: { grid: true, label: "loss", zero: true }, marks: [
	Plot.ruleX(data.stages, { x: "update", stroke: "#ccc" }),
	Plot.text(data.stages.filter((d) => d.run === runs[0]), { x: "update", text: "stage", frameAnchor: "top", textAnchor: "start", dx: 4, fill: "#666" }),
	Plot.lineY(data.losses, { x: "update", y: "loss", stroke: "run" }),
] }));
const lastOf = new Map(data.stages.map((d) => [d.run, d.stage]));
const last = data.scores.filter((d) => d.stage === lastOf.get(d.run));
const tasks = [...new Set(data.scores.map((d) => d.task))];
put("scores", Plot.plot({ width, height: 40 + 34 * tasks.length, marginLeft: 160, color, x: { domain: [0, 100], percent: true, grid: true, label: "accuracy, %" }, y: { domain: tasks, label: null }, fx: { label: null, tickFormat: (split) => (split === "train" ? "kinds that were trained" : "kinds that were held out") }, marks: [
	Plot.ruleX([0]),
	Plot.tickX(last, { x: "floor", y: "task", fx: "split", stroke: "#999", strokeWidth: 2 }),
	Plot.dot(last, { x: "accuracy", y: "task", fx: "split", fill: "run", r: 5, tip: true }),
] }));
put("stages", Plot.plot({ width, height: 60 + 34 * tasks.length, marginLeft: 160, x: { domain: [...new Set(data.scores.map((d) => d.stage))], label: null }, y: { domain: tasks, label: null }, fx: { label: null }, color: { scheme: "YlGnBu", domain: [0, 1], legend: true, label: "accuracy", percent: false }, marks: [
	Plot.cell(data.scores.filter((d) => d.split === "train"), { x: "stage", y: "task", fx: "run", fill: "accuracy", inset: 1 }),
	Plot.text(data.scores.filter((d) => d.split === "train"), { x: "stage", y: "task", fx: "run", text: (d) => d3.format(".0%")(d.accuracy), fill: (d) => (d.accuracy > 0.6 ? "white" : "black") }),
] }));
const counted = d3.rollups(data.answers, (v) => v.length, (d) => d.run, (d) => d.answer, (d) => d.predicted).flatMap(([run, a]) => a.flatMap(([answer, p]) => p.map(([predicted, count]) => ({ run, answer, predicted, count }))));
put("confusion", Plot.plot({ width, height: 420, marginLeft: 80, marginBottom: 60, x: { type: "band", label: "answered", tickRotate: -45 }, y: { type: "band", label: "right answer" }, fx: { label: null }, color: { scheme: "YlGnBu" }, marks: [
	Plot.cell(counted, { x: "predicted", y: "answer", fx: "run", fill: "count", inset: 0.5, tip: true }),
] }));
`;
