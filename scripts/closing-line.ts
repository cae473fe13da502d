/** A Vitest reporter that ends the run with one plain line: `N passed, N failed`, and `, N skipped` if any. */

import type { Reporter, TestModule } from "vitest/node";

export default class ClosingLine implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
		const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
		for (const module of modules) {
			const tests = [...module.children.allTests()];
			// A file that could not be loaded has no tests, but it did fail.
			if (tests.length === 0 && module.state() === "failed") count.failed++;
			for (const test of tests) {
				const { state } = test.result();
				count[state === "pending" ? "skipped" : state]++;
			}
		}
		const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
		const line = `${count.passed} passed, ${count.failed} failed${skipped}`;
		// After the default reporter's own summary.
		process.on("exit", () => process.stdout.write(`\n${line}\n`));
	}
}
