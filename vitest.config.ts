import { defineConfig } from "vitest/config";

const NEVER = ["**/node_modules/**", "**/dist/**"];
/** Whose tests run what trains and answers, by themselves or by commands. */
const WITH_SESSIONS = ["packages/{model,lab,server,cli}/**/*.test.ts", "{examples,test}/**/*.test.ts"];
const GRAPH = ["packages/graph/**/*.test.ts"];

/**
 * A worker keeps what it has loaded for the next file of its project: half the time of the suite was loading the same
 * modules. Projects share no workers, since onnxruntime has the thread of a process's first session flush denormals, which
 * tests of exact numbers must not find so; those of the graph look at just that and get a worker a file.
 */
export default defineConfig({
	resolve: { conditions: ["source"] },
	ssr: { resolve: { conditions: ["source", "node", "import", "default"] } },
	test: {
		reporters: ["default", "./scripts/closing-line.ts"],
		testTimeout: 120_000,
		hookTimeout: 120_000,
		maxWorkers: 2,
		projects: [
			{
				extends: true,
				test: {
					name: "exact",
					include: ["packages/**/*.test.ts"],
					exclude: [...NEVER, ...WITH_SESSIONS, ...GRAPH],
					isolate: false,
				},
			},
			{
				extends: true,
				test: { name: "sessions", include: WITH_SESSIONS, exclude: NEVER, isolate: false },
			},
			{ extends: true, test: { name: "graph", include: GRAPH, exclude: NEVER } },
		],
	},
});
