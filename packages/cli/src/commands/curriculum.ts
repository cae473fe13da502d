/** `onevision curriculum`: prints the training schedule of a plan. */

import { EXIT } from "../exit.ts";
import { planFromCommandLine, type RequestOptions } from "../input/request.ts";
import { curriculumYaml } from "../render/curriculum-yaml.ts";
import type { Terminal } from "../terminal.ts";

export async function printCurriculum(
	terminal: Terminal,
	request: string | undefined,
	options: RequestOptions & { readonly json?: boolean },
): Promise<number> {
	const plan = await planFromCommandLine(terminal, request, options);
	await terminal.out(options.json ? `${JSON.stringify(plan.curriculum, null, 2)}\n` : curriculumYaml(plan));
	for (const { severity, overridden, rule, message } of plan.findings) {
		if (severity !== "warn" && !overridden) terminal.err(`refused (${rule}): ${message}\n`);
	}
	return plan.refused ? EXIT.refused : EXIT.done;
}
