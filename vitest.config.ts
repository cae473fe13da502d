import { defineConfig } from "vitest/config";

export default defineConfig({
	resolve: { conditions: ["source"] },
	ssr: { resolve: { conditions: ["source", "node", "import", "default"] } },
	test: {
		include: ["{packages,bench,scripts,examples,docs,test}/**/*.test.ts"],
		exclude: ["**/node_modules/**", "**/dist/**"],
		reporters: ["default", "./scripts/closing-line.ts"],
		testTimeout: 120_000,
		hookTimeout: 120_000,
		maxWorkers: 2,
		// A worker keeps what it has loaded for the next file: half the time of the whole suite was loading the same modules.
		isolate: false,
	},
});
