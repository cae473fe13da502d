/**
 * Mutation testing of geometry and sampling, outside CI: changes one operator, bound or rounding at a time and runs the
 * tests of that file; a change that no test notices is printed. `npm run mutate -- --files unpad --sample 50 --seed 1`.
 *
 * StrykerJS 9.5 (10 needs Node 22) reads this repository too, but runs every test that reaches a line: with goldens that
 * hold a whole family in one test, that is 20 s for each change.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseSync } from "vite";
import { createVitest } from "vitest/node";
import { ROOT } from "./files.ts";
import { EQUIVALENT } from "./mutate-equivalent.ts";

/** Files that are changed, and the tests that are to notice, the quick ones first. */
const TARGETS: readonly { readonly files: readonly string[]; readonly tests: readonly string[] }[] = [
	{
		files: ["packages/base/src/rounding.ts"],
		tests: ["packages/base/src/rounding.test.ts"],
	},
	{
		files: ["packages/core/src/layouts/best-resolution.ts"],
		tests: [
			"packages/core/src/layouts/geometry.test.ts",
			"packages/core/src/layouts/best-resolution.test.ts",
		],
	},
	{
		files: [
			"packages/core/src/layouts/aspect-grid.ts",
			"packages/core/src/layouts/canvas-scale.ts",
			"packages/core/src/layouts/covering-grid.ts",
			"packages/core/src/layouts/frame-sampling.ts",
			"packages/core/src/layouts/minicpm-slice-grid.ts",
			"packages/core/src/layouts/navit-resize.ts",
			"packages/core/src/layouts/smart-resize.ts",
			"packages/core/src/layouts/unpad.ts",
		],
		tests: ["packages/core/src/layouts/geometry.test.ts"],
	},
	{
		files: ["packages/core/src/layouts/tile-grid.ts", "packages/core/src/layouts/tiles.ts"],
		tests: [
			"packages/core/src/layouts/tiles.test.ts",
			"packages/core/src/layouts/tiled.test.ts",
			"packages/core/src/layouts/tiled.goldens.test.ts",
		],
	},
	{
		files: ["packages/core/src/layouts/native-clip.ts", "packages/core/src/layouts/native-resolution.ts"],
		tests: ["packages/core/src/layouts/native.test.ts", "packages/core/src/layouts/native.goldens.test.ts"],
	},
	{
		files: ["packages/core/src/pooling/sizes.ts"],
		tests: ["packages/core/src/layouts/geometry.test.ts", "packages/core/src/pooling/pool.test.ts"],
	},
	{ files: ["packages/core/src/sampling.ts"], tests: ["packages/core/src/sampling.test.ts"] },
	{ files: ["packages/media/src/video/rate.ts"], tests: ["packages/media/src/video/rate.test.ts"] },
	{ files: ["packages/media/src/video/runs.ts"], tests: ["packages/media/src/video/runs.test.ts"] },
	{
		files: ["packages/media/src/video/sampling.ts", "packages/media/src/video/sampling-references.ts"],
		tests: ["packages/media/src/video/sampling.test.ts"],
	},
	{
		files: ["packages/media/src/video/bit-cost.ts"],
		tests: ["packages/media/src/video/bit-cost.test.ts", "packages/media/src/video/sampling.test.ts"],
	},
	{
		files: ["packages/media/src/resample/filters.ts", "packages/media/src/resample/weights.ts"],
		tests: ["packages/media/src/resample/weights.test.ts", "packages/media/src/resample/resize.test.ts"],
	},
	{ files: ["packages/media/src/boxes.ts"], tests: ["packages/media/src/boxes.test.ts"] },
	{
		files: ["packages/media/src/preprocess/plan-views.ts", "packages/media/src/preprocess/view-plan.ts"],
		tests: ["packages/media/src/preprocess/plan-views.test.ts"],
	},
	{ files: ["packages/media/src/decode/limits.ts"], tests: ["packages/media/src/decode/limits.test.ts"] },
	...familyLayouts(),
];

/** The layout of every family: its own tests first, then the goldens that all are held to. */
function familyLayouts(): { readonly files: readonly string[]; readonly tests: readonly string[] }[] {
	const families = "packages/core/src/families";
	const shared = [
		"packages/core/src/layouts/native.goldens.test.ts",
		"packages/core/src/layouts/tiled.goldens.test.ts",
		"packages/core/src/layouts/native.test.ts",
		"packages/core/src/layouts/tiled.test.ts",
		"packages/core/src/count.goldens.test.ts",
		"packages/core/src/layout.test.ts",
	];
	return readdirSync(ROOT + families, { withFileTypes: true })
		.filter((entry) => entry.isDirectory() && existsSync(`${ROOT}${families}/${entry.name}/layout.ts`))
		.map(({ name }) => {
			const folder = `${families}/${name}`;
			const own = readdirSync(ROOT + folder)
				.filter((file) => file.endsWith(".test.ts"))
				.map((file) => `${folder}/${file}`);
			return { files: [`${folder}/layout.ts`], tests: [...own, ...shared] };
		});
}

/** A change: `text` in place of what stands from `start` to `end`. */
interface Mutant {
	readonly file: string;
	readonly start: number;
	readonly end: number;
	readonly text: string;
	readonly tests: readonly string[];
}

interface SyntaxNode {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly [key: string]: unknown;
}

/** What an operator becomes. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
	"+": ["-"],
	"-": ["+"],
	"*": ["/"],
	"/": ["*"],
	"%": ["*"],
	"**": ["*"],
	"<": ["<=", ">="],
	"<=": ["<", ">"],
	">": [">=", "<="],
	">=": [">", "<"],
	"===": ["!=="],
	"!==": ["==="],
	"&&": ["||"],
	"||": ["&&"],
	"+=": ["-="],
	"-=": ["+="],
	"++": ["--"],
	"--": ["++"],
};

/** What a function becomes; an empty name leaves its argument alone. */
const FUNCTIONS: Readonly<Record<string, string>> = {
	"Math.floor": "Math.ceil",
	"Math.ceil": "Math.floor",
	"Math.round": "Math.floor",
	"Math.trunc": "Math.ceil",
	"Math.min": "Math.max",
	"Math.max": "Math.min",
	"Math.fround": "",
	"Math.abs": "",
	roundHalfEven: "Math.floor",
	floorDivide: "Math.max",
	truncateAfterSevenDecimals: "Math.trunc",
};

const isNode = (value: unknown): value is SyntaxNode =>
	typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";

/** Every change of one file. Types, messages and what throws them stay. */
function mutantsOf(file: string, source: string, tests: readonly string[]): Mutant[] {
	const mutants: Mutant[] = [];
	const add = (start: number, end: number, text: string) => mutants.push({ file, start, end, text, tests });
	/** The operator between two nodes: nothing but blanks, brackets and comments is beside it. */
	const operatorAt = (operator: string, from: number) => source.indexOf(operator, from);
	const visit = (node: SyntaxNode): void => {
		const { type, start, end } = node;
		if (type.startsWith("TS") && !/^TS(As|Satisfies|NonNull)Expression$/.test(type)) return;
		if (type === "ImportDeclaration" || type === "ThrowStatement" || type === "TemplateLiteral") return;
		if (/^(Binary|Logical|Assignment)Expression$/.test(type)) {
			const operator = String(node.operator);
			const at = operatorAt(operator, (node.left as SyntaxNode).end);
			for (const other of OPERATORS[operator] ?? []) add(at, at + operator.length, other);
			if (operator === "??") {
				add(start, end, source.slice((node.right as SyntaxNode).start, (node.right as SyntaxNode).end));
			}
		}
		if (type === "UpdateExpression") {
			const operator = String(node.operator);
			const at = node.prefix === true ? start : end - 2;
			for (const other of OPERATORS[operator] ?? []) add(at, at + 2, other);
		}
		if (type === "UnaryExpression" && (node.operator === "-" || node.operator === "!"))
			add(start, start + 1, "");
		if ((type === "IfStatement" || type === "ConditionalExpression") && isNode(node.test)) {
			const { start: from, end: to } = node.test;
			add(from, to, "true");
			add(from, to, "false");
		}
		if (type === "CallExpression" && isNode(node.callee)) {
			const other = FUNCTIONS[source.slice(node.callee.start, node.callee.end)];
			if (other !== undefined) add(node.callee.start, node.callee.end, other);
		}
		if (type === "Literal" && typeof node.value === "number") {
			add(start, end, String(node.value + 1));
			if (node.value !== 0) add(start, end, `(${node.value - 1})`);
		}
		for (const [key, child] of Object.entries(node)) {
			if (key === "typeAnnotation" || key === "returnType" || key === "typeParameters") continue;
			if (isNode(child)) visit(child);
			else if (Array.isArray(child)) for (const each of child) if (isNode(each)) visit(each);
		}
	};
	visit(parseSync(file, source).program as unknown as SyntaxNode);
	return mutants;
}

/** Turns that all loops of a changed file may make together: a change can make one endless. */
const MAX_TURNS = 1e8;

/** The source with the change, and every loop counted. */
function changed(source: string, { file, start, end, text }: Mutant): string {
	const code = source.slice(0, start) + text + source.slice(end);
	const inserts: [number, string][] = [];
	const visit = (node: SyntaxNode): void => {
		if (/^(While|DoWhile|For|ForOf)Statement$/.test(node.type) && isNode(node.body)) {
			inserts.push([node.body.start, "{ __turn();"], [node.body.end, "}"]);
		}
		for (const child of Object.values(node)) {
			if (isNode(child)) visit(child);
			else if (Array.isArray(child)) for (const each of child) if (isNode(each)) visit(each);
		}
	};
	visit(parseSync(file, code).program as unknown as SyntaxNode);
	const counted = inserts
		.sort(([a], [b]) => b - a)
		.reduce((all, [at, insert]) => all.slice(0, at) + insert + all.slice(at), code);
	return `${counted}\nvar __turns = 0;\nfunction __turn() { if (++__turns > ${MAX_TURNS}) throw new Error("endless"); }\n`;
}

/** The changed line, which names a change whatever stands above it. */
function lineOf(
	source: string,
	{ start, end, text }: Mutant,
): { number: number; before: string; after: string } {
	const from = source.lastIndexOf("\n", start - 1) + 1;
	const next = source.indexOf("\n", end);
	const to = next === -1 ? source.length : next;
	return {
		number: source.slice(0, start).split("\n").length,
		before: source.slice(from, to).trim(),
		after: (source.slice(from, start) + text + source.slice(end, to)).trim().replace(/\s*\n\s*/g, " "),
	};
}

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function random(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

const { values: options } = parseArgs({
	options: {
		files: { type: "string", default: "" },
		sample: { type: "string", default: "" },
		seed: { type: "string", default: "1" },
		list: { type: "boolean", default: false },
	},
});

const sources = new Map<string, string>();
const all = TARGETS.flatMap(({ files, tests }) =>
	files
		.filter((file) => file.includes(options.files))
		.flatMap((file) => {
			const source = readFileSync(ROOT + file, "utf8");
			sources.set(file, source);
			return mutantsOf(file, source, tests);
		}),
);
const sourceOf = (file: string): string => sources.get(file) ?? "";
const draw = random(Number(options.seed));
const drawn = all.map((mutant) => ({ mutant, at: draw() })).sort((a, b) => a.at - b.at);
const size = options.sample === "" ? all.length : Math.min(all.length, Number(options.sample));
const order = new Map(all.map((mutant, index) => [mutant, index]));
const chosen = drawn
	.slice(0, size)
	.map(({ mutant }) => mutant)
	.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
console.log(`${chosen.length} of ${all.length} changes, seed ${options.seed}`);

if (options.list) {
	for (const mutant of chosen) {
		const { number, before, after } = lineOf(sourceOf(mutant.file), mutant);
		console.log(`${mutant.file}:${number}\n  - ${before}\n  + ${after}`);
	}
	process.exit(0);
}

setPriority(10);
/** Text in place of files, by path. */
const replaced = new Map<string, string>();
const vitest = await createVitest(
	"test",
	{
		root: fileURLToPath(new URL("..", import.meta.url)),
		watch: false,
		reporters: [{}],
		// A change may exhaust V8's heap; that ends a process of its own, not this one.
		pool: "forks",
		isolate: true,
		maxWorkers: 1,
		bail: 1,
		testTimeout: 60_000,
	},
	{
		plugins: [
			{
				name: "mutate",
				enforce: "pre",
				load: (id) => replaced.get(id.split("?")[0] ?? "") ?? null,
			},
		],
	},
);
const specifications = await vitest.globTestSpecifications();
const testsOf = (names: readonly string[]) =>
	specifications.filter(({ moduleId }) => names.includes(relative(ROOT, moduleId)));

/** Whether the tests pass; they run one by one, in the order given, up to the first that fails. */
async function passes(names: readonly string[]): Promise<boolean> {
	for (const name of names) {
		const specs = testsOf([name]);
		if (specs.length === 0) throw new Error(`no test ${name}`);
		// `bail` counts failures of earlier runs too.
		vitest.state.idMap.clear();
		vitest.state.filesMap.clear();
		const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specs);
		if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok())) return false;
	}
	return true;
}

/** Puts text in place of a file, or the file back. */
function replace(file: string, code: string | undefined): void {
	if (code === undefined) replaced.delete(ROOT + file);
	else replaced.set(ROOT + file, code);
	vitest.invalidateFile(ROOT + file);
}

// Counting loops alone must break nothing.
for (const [file, source] of sources) {
	replace(file, changed(source, { file, start: 0, end: 0, text: "", tests: [] }));
}
const used = [...new Set(chosen.flatMap(({ tests }) => tests))];
for (const name of used) {
	if (!(await passes([name]))) throw new Error(`${name} fails before anything is changed`);
}

for (const file of sources.keys()) replace(file, undefined);

let done = 0;
const counts = new Map<string, { caught: number; equivalent: number; survived: number }>();
for (const mutant of chosen) {
	const { file, tests } = mutant;
	const source = sourceOf(file);
	const { number, before, after } = lineOf(source, mutant);
	const count = counts.get(file) ?? { caught: 0, equivalent: 0, survived: 0 };
	counts.set(file, count);
	if (EQUIVALENT[file]?.some(([line, , was = before]) => line === after && was === before)) {
		count.equivalent++;
		continue;
	}
	replace(file, changed(source, mutant));
	if (await passes(tests)) {
		count.survived++;
		console.log(`survived ${file}:${number}\n  - ${before}\n  + ${after}`);
	} else count.caught++;
	replace(file, undefined);
	process.stdout.write(`${++done} of ${chosen.length}\r`);
}
for (const name of used) {
	if (!(await passes([name])))
		throw new Error(`${name} fails after everything is put back; nothing above holds`);
}
await vitest.close();

const sum = { caught: 0, equivalent: 0, survived: 0 };
for (const [file, { caught, equivalent, survived }] of counts) {
	console.log(`${file}: ${caught} caught, ${equivalent} equivalent, ${survived} survived`);
	sum.caught += caught;
	sum.equivalent += equivalent;
	sum.survived += survived;
}
const share = (100 * sum.caught) / Math.max(1, sum.caught + sum.survived);
console.log(
	`${sum.caught} of ${sum.caught + sum.survived} caught (${share.toFixed(1)} %), ${sum.equivalent} equivalent; Node ${process.version}, Vitest ${vitest.version}`,
);
process.exit(0);
