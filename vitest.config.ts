import { defineConfig } from "vitest/config";

/**
 * Tests in whose own thread a session of onnxruntime may begin, by what they call or by the commands they run: the first
 * session of a process has its thread flush denormals, which other files must not find so.
 */
const WITH_SESSIONS = ["packages/{graph,model,lab,server,cli}/**/*.test.ts", "{examples,test}/**/*.test.ts"];

export default defineConfig({
	resolve: { conditions: ["source"] },
	ssr: { resolve: { conditions: ["source", "node", "import", "default"] } },
	test: {
		exclude: ["**/node_modules/**", "**/dist/**"],
		reporters: ["default", "./scripts/closing-line.ts"],
		testTimeout: 120_000,
		hookTimeout: 120_000,
		maxWorkers: 2,
		projects: [
			{
				extends: true,
				test: {
					name: "shared",
					include: ["{packages,bench,scripts,docs}/**/*.test.ts"],
					exclude: ["**/node_modules/**", "**/dist/**", ...WITH_SESSIONS],
					// A worker keeps what it has loaded for the next file: half the time of the suite was loading the same modules.
					isolate: false,
				},
			},
			{ extends: true, test: { name: "sessions", include: WITH_SESSIONS } },
		],
	},
});
