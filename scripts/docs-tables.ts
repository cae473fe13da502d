/** Tables of the documentation that come from the code, by the name of their block. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { API_MODEL_IDS, API_RULES, apiModelById } from "@onevision/api";
import { formatPercent } from "@onevision/base";
import type { JsonSchema } from "@onevision/base/schema";
import {
	BENCHMARK_SECONDS,
	CHECKPOINT_IDS,
	CHECKPOINTS,
	checkpointById,
	DEFAULT_FIDELITY,
	FAMILY_IDS,
	type FamilyId,
	type FrameAblation,
	familyById,
	fidelityGap,
	fidelityModel,
	fidelityOfLogs,
	HARDWARE,
	type Hardware,
	isClearlyLess,
	isClearlyMore,
	LLAVA_VIDEO_FRAMES,
	type LogShares,
	planRequestSchema,
	RULES,
	SKILLS,
	showUnverified,
	untrainedFramesLoss,
	unverifiedFacts,
	type VideoBenchmark,
	VLLM_RULES,
	type VllmRule,
} from "@onevision/core";
import {
	EXPORT_LEFT_OUT_REASONS,
	FINDINGS,
	FORMATS,
	LEFT_OUT_REASONS,
	OVER_LENGTH_POLICIES,
	PACK_GROUPINGS,
	PACK_LEFT_OUT_REASONS,
	PACK_MEASURES,
	PACK_TARGETS,
	PLAN_TARGETS,
	READERS,
	UNPACKED_ORDERS,
} from "@onevision/data";
import { GRADIENTS } from "@onevision/graph";
import { floorsOfTasks, readExperiment, readResults, TASKS, verdictOf } from "@onevision/lab";
import { configSchema, LABELS, NEUTRAL, parametersInput, ROUTES } from "@onevision/server";
import { packExample } from "./docs-pack.ts";
import { filesBelow, ROOT } from "./files.ts";

/** Golden files of several families; those of one are in its folder, and the others are not about counts. */
const SHARED_GOLDENS: Readonly<Record<string, readonly FamilyId[]>> = {
	blip: ["blip-2", "instructblip-video"],
};

/** The families a golden file is about. */
function familiesOfGoldens(file: string): readonly FamilyId[] {
	const [, folder, name = ""] = /core\/src\/(?:families\/([^/]+)\/)?goldens\/([^/]+)\.json$/.exec(file) ?? [];
	return folder === undefined ? (SHARED_GOLDENS[name] ?? []) : FAMILY_IDS.filter((id) => id === folder);
}

/** Rows of the goldens that tests compare, by family. */
function comparedRows(): ReadonlyMap<FamilyId, number> {
	const tests = filesBelow("packages/core/src")
		.filter((file) => file.endsWith(".goldens.test.ts"))
		.map((file) => readFileSync(ROOT + file, "utf8"))
		.join("\n");
	const rows = new Map<FamilyId, number>();
	for (const file of filesBelow("packages/core/src").filter((path) => path.includes("/goldens/"))) {
		const name = file.slice(file.lastIndexOf("/") + 1).replace(".json", "");
		const families = familiesOfGoldens(file);
		if (families.length === 0 || !tests.includes(`file: "${name}"`)) continue;
		const { groups } = JSON.parse(readFileSync(ROOT + file, "utf8")) as {
			readonly groups: readonly { readonly name: string; readonly rows: readonly unknown[] }[];
		};
		// Groups a test leaves out stand in it by name, with the reason.
		const compared = groups.filter((group) => !tests.includes(`"${group.name}":`));
		const sum = compared.reduce((total, group) => total + group.rows.length, 0);
		for (const family of families) rows.set(family, (rows.get(family) ?? 0) + sum);
	}
	return rows;
}

function modelsTable(): string {
	const compared = comparedRows();
	return markdownTable(
		["Checkpoint", "Rule", "Counted as", "Settings", "Rows compared", "Unverified", "Constants from"],
		CHECKPOINT_IDS.map((id) => {
			const checkpoint = checkpointById(id);
			const { title, family: familyId, source, isReleased } = checkpoint;
			const family = familyById(familyId);
			return [
				`\`${id}\` ${title}${isReleased === false ? ", configured there, not released" : ""}`,
				`\`${familyId}\``,
				family.parities.join(", "),
				Object.keys(family.settings).join(", ") || "none",
				compared.has(familyId) ? String(compared.get(familyId)) : "none: not in transformers",
				unverifiedFacts(checkpoint).map(showUnverified).join("; "),
				source,
			];
		}),
	);
}

function vllmTable(): string {
	const rows = Object.entries(VLLM_RULES) as [FamilyId, VllmRule][];
	return markdownTable(
		["Family", "Counted with `--parity`", "What is the same, what differs", "Read in vllm-project/vllm"],
		rows.map(([id, { parity, what, source }]) => [`\`${id}\``, parity ?? "", what, source]),
	);
}

function apiModelsTable(): string {
	return markdownTable(
		["Model", "Provider", "Rule", "Rules from", "Source"],
		API_MODEL_IDS.map((id) => {
			const { title, provider, rule, versions } = apiModelById(id);
			return [
				`\`${id}\` ${title}`,
				provider,
				API_RULES[rule].title,
				versions.map(({ from }) => from ?? "release").join(", "),
				versions.at(-1)?.source ?? "",
			];
		}),
	);
}

/** Rows of LLaVA-Video's table 8 by their published mean, and what fidelity says of each and the row before it. */
function fidelityRanking(): string {
	const benchmarks = Object.keys(BENCHMARK_SECONDS) as VideoBenchmark[];
	const mean = (values: readonly number[]): number =>
		values.reduce((sum, value) => sum + value, 0) / values.length;
	const published = ({ scores }: FrameAblation): number => mean(Object.values(scores));
	const { secondsPerFrame } = DEFAULT_FIDELITY;
	const sharesOf = ({ askedFrames, trainedFrames, tokensPerFrame }: FrameAblation): LogShares => ({
		resolution: 0,
		density: Math.log(tokensPerFrame / 729),
		duration:
			mean(
				benchmarks.map((benchmark) =>
					Math.log(Math.min(1, (askedFrames * secondsPerFrame) / BENCHMARK_SECONDS[benchmark].seconds)),
				),
			) + untrainedFramesLoss(askedFrames, trainedFrames),
		used: 0,
	});
	const order = [...LLAVA_VIDEO_FRAMES.rows].sort((a, b) => published(b) - published(a));
	return markdownTable(
		["Frames × tokens", "Trained on", "Published mean", "Fidelity", "Against the row above"],
		order.map((row, index) => {
			const above = order[index - 1];
			const gap = above && fidelityGap(sharesOf(row), sharesOf(above), fidelityModel());
			const verdict = gap && (isClearlyMore(gap) ? "more" : isClearlyLess(gap) ? "less" : "a tie");
			return [
				`${row.askedFrames} × ${row.tokensPerFrame}`,
				String(row.trainedFrames),
				published(row).toFixed(2),
				fidelityOfLogs(sharesOf(row), DEFAULT_FIDELITY).toFixed(3),
				verdict ?? "",
			];
		}),
	);
}

export const GENERATED = {
	formats: () =>
		markdownTable(
			["`--format`", "What it is", "Read in"],
			FORMATS.map((id) => [`\`${id}\``, READERS[id].title, READERS[id].source]),
		),
	"left-out": () =>
		markdownTable(
			["Reason", "What it means"],
			Object.entries(LEFT_OUT_REASONS).map(([reason, meaning]) => [`\`${reason}\``, meaning]),
		),
	"pack-measures": () =>
		markdownTable(
			["`--by`", "What fills a pack"],
			Object.entries(PACK_MEASURES).map(([name, { doc }]) => [`\`${name}\``, doc]),
		),
	"pack-policies": () =>
		markdownTable(
			["`--over-length`", "A sample longer than the largest capacity"],
			Object.entries(OVER_LENGTH_POLICIES).map(([name, doc]) => [`\`${name}\``, doc]),
		),
	"pack-groupings": () =>
		markdownTable(
			["`--group`", "What may share a pack"],
			Object.entries(PACK_GROUPINGS).map(([name, doc]) => [`\`${name}\``, doc]),
		),
	"pack-left-out": () =>
		markdownTable(
			["Reason", "What it means"],
			Object.entries(PACK_LEFT_OUT_REASONS).map(([reason, doc]) => [`\`${reason}\``, doc]),
		),
	"unpacked-orders": () =>
		markdownTable(
			["Unpacked", "Order of the samples"],
			Object.entries(UNPACKED_ORDERS).map(([order, doc]) => [`\`${order}\``, doc]),
		),
	"pack-example": packExample,
	"export-targets": () =>
		markdownTable(
			["`--to`", "What it writes", "Options as of"],
			Object.entries(PLAN_TARGETS).map(([id, { title, source }]) => [`\`${id}\``, title, source]),
		),
	"pack-targets": () =>
		markdownTable(
			["`--to`", "What it writes", "Layout as of"],
			Object.entries(PACK_TARGETS).map(([id, { title, source }]) => [`\`${id}\``, title, source]),
		),
	"export-left-out": () =>
		markdownTable(
			["Reason", "What it means"],
			Object.entries(EXPORT_LEFT_OUT_REASONS)
				.filter(([reason]) => !Object.hasOwn(LEFT_OUT_REASONS, reason))
				.map(([reason, meaning]) => [`\`${reason}\``, meaning]),
		),
	"server-routes": () =>
		markdownTable(
			["Route", "Answers", "Keys"],
			ROUTES.map(({ method, path, operation: { summary, input } }) => [
				`\`${method.toUpperCase()} ${path.replace(/\{.*\}/, "")}\``,
				summary,
				Object.keys((input.json.properties ?? {}) as object)
					.map((key) => `\`${key}\``)
					.join(" "),
			]),
		),
	"server-config": () => markdownTable(["Key", "Type", "Meaning"], schemaRows(configSchema.json, "")),
	"chat-parameters": () =>
		markdownTable(
			["Parameter", "Type", "Meaning"],
			[
				...schemaRows(parametersInput.json, ""),
				...Object.entries(NEUTRAL).map(([key, values]) => [
					`\`${key}\``,
					values.map((value) => `\`${JSON.stringify(value)}\``).join(" or ") || "none",
					"Not followed; any other value is refused",
				]),
				[
					LABELS.map((key) => `\`${key}\``).join(" "),
					"any",
					"Labels of the caller's own; they change no answer",
				],
			],
		),
	findings: () =>
		markdownTable(
			["Finding", "What it means"],
			Object.entries(FINDINGS).map(([finding, meaning]) => [`\`${finding}\``, meaning]),
		),
	"fidelity-ranking": fidelityRanking,
	models: modelsTable,
	"api-models": apiModelsTable,
	families: () =>
		markdownTable(
			["Family", "Takes", "Counted as", "Settings", "Checkpoints"],
			FAMILY_IDS.map((id) => {
				const family = familyById(id);
				return [
					`<a id="${id}"></a>\`${id}\` ${family.title}`,
					family.scenarios.join(", "),
					family.parities.join(", "),
					Object.keys(family.settings)
						.map((key) => `\`${key}\``)
						.join(" ") || "none",
					String(CHECKPOINT_IDS.filter((checkpoint) => CHECKPOINTS[checkpoint].family === id).length),
				];
			}),
		),
	vllm: vllmTable,
	"plan-request": () => markdownTable(["Key", "Type", "Meaning"], schemaRows(planRequestSchema.json, "")),
	rules: () =>
		markdownTable(
			["Rule", "", "Why", "Source"],
			Object.entries(RULES).map(([id, { severity, reason, source }]) => [
				`\`${id}\``,
				severity,
				reason,
				source,
			]),
		),
	skills: () =>
		markdownTable(
			["Skill", "Transfers from", "Data it needs", "How to probe it", "Source"],
			Object.values(SKILLS).map(({ title, from, data, probe, source }) => [
				title,
				from.join(", "),
				data,
				probe,
				source,
			]),
		),
	hardware: () =>
		markdownTable(
			["Id", "Peak", "Memory", "Bandwidth", "USD per hour", "Unverified", "Source"],
			Object.entries(HARDWARE as Readonly<Record<string, Hardware>>).map(([id, row]) => [
				`\`${id}\``,
				`${(row.flopsPerSecond / 1e12).toFixed(0)} TFLOP/s ${row.precision}`,
				`${(row.memoryBytes / 1e9).toFixed(0)} GB`,
				`${(row.bandwidthBytesPerSecond / 1e12).toFixed(2)} TB/s`,
				row.pricePerHour === undefined ? "" : row.pricePerHour.value.toFixed(2),
				(row.unverified ?? []).join(", "),
				row.pricePerHour === undefined ? row.source : `${row.source}; price: ${row.pricePerHour.source}`,
			]),
		),
	"lab-tasks": () =>
		markdownTable(
			["task", "asks", "such as", "most common", "by text", "in sight"],
			floorsOfTasks(500).map(({ task, example, floors }) => [
				`\`${task}\``,
				TASKS[task].title,
				`${example.text} → ${example.answer}`,
				...[floors.majority, floors.textOnly, floors.visible].map((share) => formatPercent(share)),
			]),
		),
	"lab-experiments": async () => {
		const folders = filesBelow("experiments").filter((path) => path.endsWith("/experiment.yaml"));
		const rows = folders.sort().map(async (path) => {
			const folder = dirname(path);
			const experiment = await readExperiment(join(ROOT, folder));
			const { spec } = experiment;
			const results = await readResults(experiment.folder);
			const verdict = spec.reading ?? verdictOf(experiment, results);
			return [`[${spec.title}](../${folder}/README.md)`, spec.question, verdict];
		});
		return markdownTable(["experiment", "question", "verdict"], await Promise.all(rows));
	},
	"graph-operators": () => {
		const rules = Object.entries(GRADIENTS).map(([op, rule]) => ({ op, rule }));
		const without = rules.flatMap(({ op, rule }) =>
			typeof rule === "function" ? [] : [[op, rule.notDifferentiable]],
		);
		const reasons = [...new Set(without.map(([, reason]) => reason))];
		const list = (ops: readonly string[]) => ops.map((op) => `\`${op}\``).join(", ");
		return [
			`With a gradient: ${list(rules.flatMap(({ op, rule }) => (typeof rule === "function" ? [op] : [])))}.`,
			markdownTable(
				["without a gradient", "why"],
				reasons.map((why) => [
					list(without.flatMap(([op = "", reason]) => (reason === why ? [op] : []))),
					why ?? "",
				]),
			),
		].join("\n\n");
	},
} as const satisfies Record<string, () => string | Promise<string>>;

function schemaRows(schema: JsonSchema, path: string): string[][] {
	const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
	return Object.entries(properties).flatMap(([key, field]) => {
		const name = path === "" ? key : `${path}.${key}`;
		const rows = [[`\`${name}\``, typeOf(field), String(field.description ?? "")]];
		const [inner, suffix] = innerOf(field, name);
		return [...rows, ...(inner.properties === undefined ? [] : schemaRows(inner, suffix))];
	});
}

/** What the entries of a list or map are, and how they are written. */
function innerOf(field: JsonSchema, name: string): [JsonSchema, string] {
	if (field.type === "array") return [field.items as JsonSchema, `${name}[]`];
	const { additionalProperties } = field;
	return typeof additionalProperties === "object" && additionalProperties !== null
		? [additionalProperties as JsonSchema, `${name}.NAME`]
		: [field, name];
}

function typeOf(field: JsonSchema): string {
	if (Array.isArray(field.enum)) return field.enum.map((value) => `\`${value}\``).join(" or ");
	if (Array.isArray(field.anyOf)) return field.anyOf.map((each) => typeOf(each as JsonSchema)).join(", or ");
	if (field.minimum !== undefined) return `${field.type}, ${field.minimum} to ${field.maximum}`;
	return String(field.type);
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
	return [line(head), `|${head.map(() => " --- ").join("|")}|`, ...rows.map(line)].join("\n");
}
