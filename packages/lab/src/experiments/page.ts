/** The page of an experiment, made from its specification and its results alone: what was asked, expected and found. */

import { formatPercent } from "@onevision/base";
import type { RunResult } from "./results.ts";
import { conditionOf, type Experiment } from "./spec.ts";
import { isSeen, meanOf, type PairedDifference, pairedDifference } from "./statistics.ts";

/** Fewest pairs of runs that a verdict is given for. */
const MIN_PAIRS = 5;

/** Markdown, the same for the same results in any order. */
export function experimentPage(experiment: Experiment, results: readonly RunResult[]): string {
	const { spec, name } = experiment;
	const missing = spec.seeds.filter((seed) => !isComplete(experiment, results, seed));
	const runs = [...results].sort((a, b) => a.seed - b.seed);
	return [
		`# ${spec.title}`,
		"<!-- Written by `onevision lab run --page`; a test keeps it equal to experiment.yaml and results.jsonl. -->",
		`**Question.** ${spec.question}`,
		`**Claim.** ${spec.claim}`,
		`**Prediction**, written before the first run. ${spec.prediction}`,
		`**Verdict**, by the 95 % t interval of each comparison, not corrected for their number. ${verdictOf(experiment, runs)}`,
		...(spec.reading === undefined ? [] : [`**Reading.** ${spec.reading}`]),
		"## Comparisons",
		`The score of a run is the mean skill over its tasks, (accuracy − floor) / (1 − floor), where the floor is the best that is reached without seeing what is asked about. Differences are paired by seed: the same initial weights and the same questions.`,
		comparisonTable(experiment, runs),
		"## Skill by task",
		"Mean over the seeds; 0 is the floor, 1 is every answer right.",
		...taskTables(experiment, runs),
		"## Cost",
		costTable(runs),
		...lossFigure(experiment, runs),
		"## Limits",
		spec.limits.map((limit) => `* ${limit}`).join("\n"),
		"## Run it",
		`\`\`\`sh\nonevision lab run experiments/${name}\n\`\`\``,
		`About ${spec.minutes} minutes on one core that nothing else uses; what has a result in \`results.jsonl\` is not run again. Seeds: ${[...new Set(runs.map(({ seed }) => seed))].join(", ")}. ${missing.length === 0 ? "" : `Not complete: ${missing.join(", ")}. `}${versionLine(runs)}`,
	]
		.join("\n\n")
		.concat("\n");
}

/** Whether every arm has a result for a seed. */
function isComplete({ spec }: Experiment, results: readonly RunResult[], seed: number): boolean {
	return Object.keys(spec.arms).every((arm) =>
		results.some((result) => result.arm === arm && result.seed === seed),
	);
}

interface Comparison {
	readonly label: readonly [string, string];
	readonly difference: PairedDifference;
	readonly differences: readonly number[];
}

function comparisonsOf(experiment: Experiment, runs: readonly RunResult[]): Comparison[] {
	return experiment.spec.comparisons.flatMap(([first = "", second = ""]) => {
		const seeds = [...new Set(runs.map(({ seed }) => seed))];
		const differences = seeds.flatMap((seed) => {
			const [a, b] = [first, second].map((written) => compositeOf(experiment, runs, written, seed));
			return a === undefined || b === undefined ? [] : [a - b];
		});
		return differences.length === 0
			? []
			: [{ label: [first, second] as const, differences, difference: pairedDifference(differences) }];
	});
}

/** Mean skill of a condition for a seed; `undefined` before it is run. */
function compositeOf(
	experiment: Experiment,
	runs: readonly RunResult[],
	written: string,
	seed: number,
): number | undefined {
	const { arm, evaluation } = conditionOf(experiment, written);
	const scores = runs.find((run) => run.arm === arm && run.seed === seed)?.scores[evaluation];
	if (scores === undefined) return undefined;
	return meanOf(experiment.composite.map((task) => scores.find((score) => score.task === task)?.skill ?? 0));
}

/** What was seen, in one paragraph, and over how many seeds. */
export function verdictOf(experiment: Experiment, runs: readonly RunResult[]): string {
	const comparisons = comparisonsOf(experiment, runs);
	if (comparisons.length === 0) return "Not run yet.";
	const pairs = Math.min(...comparisons.map(({ difference }) => difference.pairs));
	if (pairs < MIN_PAIRS) {
		return `None yet: ${pairs} of ${experiment.spec.seeds.length} seeds are run, and a verdict takes ${MIN_PAIRS}.`;
	}
	const seen = comparisons.filter(({ difference }) => isSeen(difference));
	const notSeen = comparisons.filter(({ difference }) => !isSeen(difference));
	const listed = (own: readonly Comparison[]) =>
		own
			.map(({ label: [first, second], difference }) => `${first} − ${second} ${signed(difference.mean)}`)
			.join("; ");
	return [
		seen.length === 0 ? `No difference was seen: ${listed(notSeen)}.` : `Seen: ${listed(seen)}.`,
		...(notSeen.length === 0 || seen.length === 0 ? [] : [`Not seen: ${listed(notSeen)}.`]),
	].join(" ");
}

function comparisonTable(experiment: Experiment, runs: readonly RunResult[]): string {
	const rows = comparisonsOf(experiment, runs).map(({ label: [first, second], difference, differences }) => {
		const { mean, t, bootstrap, pairs } = difference;
		const interval = (own: { readonly low: number; readonly high: number } | undefined) =>
			own === undefined ? "" : `${signed(own.low)} to ${signed(own.high)}`;
		const result =
			pairs < MIN_PAIRS ? "too few seeds" : isSeen(difference) ? (mean > 0 ? "higher" : "lower") : "not seen";
		return [
			`${first} − ${second}`,
			signed(mean),
			interval(t),
			interval(bootstrap),
			`${differences.filter((each) => each > 0).length} of ${pairs}`,
			result,
		];
	});
	return table(
		["difference", "mean", "95 % t interval", "95 % bootstrap", "seeds above 0", "result"],
		["left", "right", "right", "right", "right", "left"],
		rows,
	);
}

/** One table for each evaluation; those of one arm stand side by side. */
function taskTables(experiment: Experiment, runs: readonly RunResult[]): string[] {
	const { spec, tasks } = experiment;
	const arms = Object.keys(spec.arms);
	const evaluations = Object.keys(spec.evaluations);
	const skill = (task: string, arm: string, evaluation: string) => {
		const own = runs.flatMap((run) =>
			run.arm === arm ? (run.scores[evaluation]?.filter((score) => score.task === task) ?? []) : [],
		);
		return own.length === 0 ? "" : fixed(meanOf(own.map((score) => score.skill)));
	};
	const floorOf = (task: string) => {
		const [first = ""] = evaluations;
		const found = runs.flatMap((run) => run.scores[first]?.filter((score) => score.task === task) ?? []);
		return found[0] === undefined ? "" : `${fixed(found[0].floor)} (${found[0].answers})`;
	};
	if (arms.length > 1 || evaluations.length === 1) {
		return evaluations.flatMap((evaluation) => [
			...(evaluations.length > 1 ? [`### ${evaluation}`] : []),
			table(
				["task", "floor (answers)", ...arms],
				["left", "right", ...arms.map(() => "right" as const)],
				tasks.map((task) => [task, floorOf(task), ...arms.map((arm) => skill(task, arm, evaluation))]),
			),
		]);
	}
	return [
		table(
			["asked", ...tasks],
			["left", ...tasks.map(() => "right" as const)],
			evaluations.map((evaluation) => [
				evaluation,
				...tasks.map((task) => skill(task, arms[0] ?? "", evaluation)),
			]),
		),
	];
}

function costTable(runs: readonly RunResult[]): string {
	const arms = [...new Set(runs.map(({ arm }) => arm))];
	const rows = arms.map((arm) => {
		const own = runs.filter((run) => run.arm === arm);
		const steps = own[0]?.stages.map((stage) => `${stage.steps}`).join(" + ") ?? "";
		const fill = (of: "tokens" | "views") =>
			formatPercent(meanOf(own.flatMap(({ stages }) => stages.map((stage) => stage.fill[of]))));
		const seconds = own.map((run) => run.cpuSeconds).sort((a, b) => a - b);
		return [
			arm,
			steps,
			fill("tokens"),
			fill("views"),
			(seconds[0] ?? 0).toFixed(0),
			(seconds.at(-1) ?? 0).toFixed(0),
		];
	});
	return table(
		["arm", "updates", "tokens filled", "views filled", "CPU s, least", "most"],
		["left", "right", "right", "right", "right", "right"],
		rows,
	);
}

/** Mean losses of the arms at a few places of the run. */
function lossFigure({ spec }: Experiment, runs: readonly RunResult[]): string[] {
	const arms = Object.keys(spec.arms).filter((arm) => runs.some((run) => run.arm === arm));
	const places = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1];
	const rows = arms.map((arm) => [
		arm,
		...places.map((place) => {
			const own = runs.filter((run) => run.arm === arm);
			const at = own.map(({ losses }) => losses[Math.max(0, Math.ceil(place * losses.length) - 1)] ?? 0);
			return fixed(meanOf(at), 3);
		}),
	]);
	if (rows.length === 0) return [];
	return [
		"## Loss",
		"Mean loss over the answers of 20 updates, by the share of the updates done.",
		table(["arm", ...places.map(formatPercent)], ["left", ...places.map(() => "right" as const)], rows),
	];
}

function versionLine(runs: readonly RunResult[]): string {
	const [first] = runs;
	if (first === undefined) return "";
	const { node = "", platform = "", ...others } = first.versions;
	const packages = Object.entries(others).map(([name, version]) => `${name} ${version}`);
	return `Made with ${[...packages, `Node ${node}`].join(", ")} on ${platform}.`;
}

type Side = "left" | "right";

function table(
	head: readonly string[],
	sides: readonly Side[],
	rows: readonly (readonly string[])[],
): string {
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(head), line(sides.map((side) => (side === "left" ? "---" : "---:"))), ...rows.map(line)].join(
		"\n",
	);
}

function fixed(value: number, digits = 2): string {
	const text = Math.abs(value).toFixed(digits);
	return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

function signed(value: number): string {
	const text = fixed(value);
	return text.startsWith("−") ? text : `+${text}`;
}
