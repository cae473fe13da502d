/** Take away: the link, the same as command, TypeScript and YAML, and files to download. */

import { formatInteger, OnevisionError } from "@onevision/base";
import type { PlanRequest } from "@onevision/core";
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { compared } from "../compare/state.ts";
import { itemIndex, selected } from "../media/entries.ts";
import { blobOf } from "../media/intake.ts";
import { input, profile, question, refusal, samples } from "../plan/state.ts";
import { settingsFor } from "../state/counter.ts";
import { sampleOf } from "../state/counts.ts";
import { address, missingRequests } from "../state/link.ts";
import { changed, inUse, modelId } from "../state/model.ts";
import { ask } from "../work/client.ts";
import {
	compareCommand,
	countCode,
	countCommand,
	inspectCommand,
	planCode,
	planCommand,
	samplesText,
} from "./commands.ts";
import { CopyBlock } from "./copy-block.tsx";

export function TakeAway() {
	return (
		<div class="take">
			<section class="card take-link" aria-labelledby="link-title">
				<h1 id="link-title">A link to all of this</h1>
				<p class="quiet">
					Model, settings, sizes, comparison and plan are in the address itself. Files and their names are
					not: whoever opens it sees the sizes.
					{missingRequests.value > 0 &&
						` ${formatInteger(missingRequests.value)} requests of other sizes do not fit into it.`}
				</p>
				<CopyBlock name="Link" text={address.value} />
			</section>
			<Elsewhere />
			<Downloads />
		</div>
	);
}

/** The YAML of the request; the writer is loaded when it is first shown. */
const yaml = signal("");
const request = computed(() => question.value.request);

async function writeYaml(asked: PlanRequest): Promise<void> {
	const { stringify } = await import("yaml");
	yaml.value = stringify(asked, { lineWidth: 0 });
}

function Elsewhere() {
	const entry = selected.value;
	const model = modelId.value;
	useEffect(() => {
		void writeYaml(request.value);
	}, [request.value]);
	const loading = inUse.value instanceof OnevisionError ? "stored" : inUse.value.loading;
	const profileInUse = input.value.media === "profile" ? profile.value : undefined;
	const inspect = entry === undefined ? undefined : inspectCommand(entry, model, changed.value);
	return (
		<section class="card" aria-labelledby="elsewhere-title">
			<h2 id="elsewhere-title">Go on elsewhere</h2>
			{entry !== undefined && (
				<>
					<h3>{entry.name}: on a command line</h3>
					<CopyBlock
						name="Commands"
						text={[
							countCommand(entry, model, changed.value),
							...(inspect === undefined ? [] : [inspect]),
							compareCommand(entry, compared.value),
						].join("\n")}
					/>
					<h3>{entry.name}: in TypeScript</h3>
					<CopyBlock
						name="TypeScript of the count"
						text={countCode(model, settingsFor(model, changed.value), sampleOf(entry, loading))}
					/>
				</>
			)}
			{refusal.value === undefined && (
				<>
					<h3>The plan: on a command line</h3>
					<CopyBlock
						name="Command of the plan"
						text={planCommand(input.value, model, profile.value?.name ?? "profile")}
					/>
					<h3>The plan: as request.yaml</h3>
					<CopyBlock name="YAML of the plan" text={yaml.value.trimEnd()} />
					<h3>The plan: in TypeScript</h3>
					<CopyBlock
						name="TypeScript of the plan"
						text={planCode(request.value, samples.value, profileInUse?.name)}
					/>
				</>
			)}
		</section>
	);
}

const status = signal<{ readonly text: string; readonly isProblem: boolean } | undefined>(undefined);

/** Says what is being made, and what went wrong. */
async function make(what: string, files: () => Promise<Readonly<Record<string, Blob>>>): Promise<void> {
	status.value = { text: `Making ${what}.`, isProblem: false };
	try {
		const made = Object.entries(await files());
		for (const [name, blob] of made) save(name, blob);
		status.value = { text: `Saved ${made.map(([name]) => name).join(", ")}.`, isProblem: false };
	} catch (error) {
		const text = error instanceof OnevisionError ? error.message : `it failed: ${String(error)}`;
		status.value = { text, isProblem: true };
	}
}

function save(name: string, blob: Blob): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const KINDS: Readonly<Record<string, string>> = {
	md: "text/markdown",
	json: "application/json",
	yaml: "application/yaml",
	jsonl: "application/jsonl",
};

function textBlob(name: string, text: string): Blob {
	return new Blob([text], { type: KINDS[name.split(".").at(-1) ?? ""] ?? "text/plain" });
}

const PLAN_FILES = ["plan.md", "plan.json", "curriculum.yaml"] as const;

function Downloads() {
	const item = selected.value?.items[itemIndex.value];
	const isDrawn = item !== undefined && item.facts.kind === "image" && item.source.kind !== "size";
	const isOpen = !(inUse.value instanceof OnevisionError) && inUse.value.open !== undefined;
	return (
		<section class="card" aria-labelledby="downloads-title">
			<h2 id="downloads-title">Download</h2>
			<div class="downloads">
				{refusal.value === undefined &&
					PLAN_FILES.map((name) => (
						<button
							key={name}
							type="button"
							onClick={() =>
								make(name, async () => {
									const files = await ask("planFiles", question.value);
									return { [name]: textBlob(name, files[name] ?? "") };
								})
							}
						>
							{name}
						</button>
					))}
				{input.value.media === "mine" && (
					<button
						type="button"
						onClick={() =>
							make("samples.jsonl", async () => ({
								"samples.jsonl": textBlob("samples.jsonl", samplesText(samples.value)),
							}))
						}
					>
						samples.jsonl
					</button>
				)}
				<button
					type="button"
					disabled={!isDrawn || !isOpen}
					onClick={() => {
						if (item === undefined || item.source.kind === "size") return;
						const { source } = item;
						const images = selected.value?.items.length ?? 1;
						const name = `${item.name.replace(/^.*\//, "").replace(/\.\w+$/, "")}-seen.png`;
						void make("the image of what the model sees", async () => ({
							[name]: await ask("inspectPage", {
								blob: await blobOf(source),
								model: modelId.value,
								changed: changed.value,
								images,
							}),
						}));
					}}
				>
					Image of what the model sees
				</button>
			</div>
			<p class={status.value?.isProblem === true ? "problem-line" : "quiet"} role="status">
				{status.value?.text ?? "The plan's files are those that onevision plan --out writes."}
			</p>
		</section>
	);
}
