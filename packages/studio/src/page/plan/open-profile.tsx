/** Opens the folder of a stored profile and plans on its samples. */

import { formatInteger, OnevisionError } from "@onevision/base";
import { type Sample, SCENARIOS, scenarioOf } from "@onevision/core";
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ask } from "../work/client.ts";
import type { Mix } from "./plan-input.ts";
import { change, profile } from "./state.ts";

const status = signal<{ readonly text: string; readonly isProblem: boolean } | undefined>(undefined);

export function OpenProfile() {
	const folder = useRef<HTMLInputElement>(null);
	return (
		<div class="open-profile">
			<button type="button" class="link" onClick={() => folder.current?.click()}>
				Open a folder of onevision profile
			</button>
			<input
				ref={folder}
				type="file"
				hidden
				aria-label="Folder of a profile"
				onChange={(event) => {
					void open([...(event.currentTarget.files ?? [])]);
					event.currentTarget.value = "";
				}}
				{...{ webkitdirectory: true }}
			/>
			<p class={status.value?.isProblem === true ? "problem-line" : "quiet"} role="status">
				{status.value?.text}
			</p>
		</div>
	);
}

/** The samples' own mix, in whole percents that sum to 100. */
function mixOf(samples: readonly Sample[]): Mix {
	const counts = SCENARIOS.map(
		(scenario) => samples.filter((sample) => scenarioOf(sample) === scenario).length,
	);
	const [single = 0, multi = 0] = counts.map((count) => (100 * count) / Math.max(1, samples.length));
	const [first, second] = [Math.round(single), Math.round(single + multi)];
	return [first, second - first, 100 - second];
}

async function open(files: readonly File[]): Promise<void> {
	if (files.length === 0) return;
	status.value = { text: "Reading the profile.", isProblem: false };
	try {
		const { samples, media } = await ask("profile", { files });
		const name = files[0]?.webkitRelativePath.split("/")[0] ?? "";
		profile.value = { name: name === "" ? "profile" : name, samples };
		change({ media: "profile", mix: mixOf(samples) });
		const part = media.read < media.of ? `, of ${formatInteger(media.of)}, evenly chosen` : "";
		status.value = {
			text: `${formatInteger(samples.length)} samples with ${formatInteger(media.read)} media${part}.`,
			isProblem: false,
		};
	} catch (error) {
		const text = error instanceof OnevisionError ? error.message : `it failed: ${String(error)}`;
		status.value = { text, isProblem: true };
	}
}
