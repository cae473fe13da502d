/** The question: budget, mix, media, hardware. Everything is answered while it is dragged. */

import { formatInteger } from "@onevision/base";
import { HARDWARE, type HardwareId } from "@onevision/core";
import { useId } from "preact/hooks";
import { entries, hasExamples } from "../media/entries.ts";
import { NumberField } from "../parts/number-field.tsx";
import { MixBar } from "./mix-bar.tsx";
import { OpenProfile } from "./open-profile.tsx";
import { OptionsForm } from "./options-form.tsx";
import type { PlanInput, PlanMedia } from "./plan-input.ts";
import { PRESET_IDS, PRESETS } from "./presets.ts";
import { applyPreset, BUDGETS, change, input, profile } from "./state.ts";

export function Controls() {
	const { budget, mix, purpose, accelerator, count, start } = input.value;
	return (
		<div class="plan-controls">
			<section class="card" aria-label="Start from">
				<h2>Start from</h2>
				<div class="presets">
					{PRESET_IDS.map((id) => (
						<button key={id} type="button" class="preset" onClick={() => applyPreset(id)}>
							<b>{PRESETS[id].title}</b>
							<small>{PRESETS[id].detail}</small>
						</button>
					))}
				</div>
			</section>
			<section class="card" aria-label="Question">
				<BudgetSlider budget={budget} />
				<div>
					<h3 class="control-name">Mix of samples</h3>
					<MixBar mix={mix} onChange={(next) => change({ mix: next })} />
				</div>
				<fieldset class="segments">
					<legend>Purpose</legend>
					{(["train", "deploy"] as const).map((value) => (
						<label key={value}>
							<input
								type="radio"
								name="purpose"
								checked={purpose === value}
								onChange={() => change({ purpose: value })}
							/>
							<span>{value === "train" ? "To train" : "To deploy"}</span>
						</label>
					))}
				</fieldset>
				<MediaChoice />
				<FrameLimits />
				<label class="field">
					<span>Accelerator</span>
					<select
						value={accelerator}
						onChange={(event) => change({ accelerator: event.currentTarget.value as HardwareId })}
					>
						{Object.entries(HARDWARE).map(([id, { name }]) => (
							<option key={id} value={id}>
								{name}
							</option>
						))}
					</select>
				</label>
				<NumberField
					name="In training"
					unit="accelerators"
					value={count}
					min={1}
					max={1_000_000}
					onChange={(value) => change({ count: value })}
				/>
				{purpose === "train" && (
					<label class="field">
						<span>Curriculum from</span>
						<select
							value={start}
							onChange={(event) => change({ start: event.currentTarget.value as PlanInput["start"] })}
						>
							<option value="checkpoint">the checkpoint: stages that are left</option>
							<option value="scratch">scratch: the whole recipe</option>
						</select>
					</label>
				)}
				<OptionsForm />
			</section>
		</div>
	);
}

const STEPS = 240;
const RANGE = Math.log(BUDGETS.max / BUDGETS.min);

function BudgetSlider({ budget }: { readonly budget: number }) {
	const id = useId();
	const place = Math.round((STEPS * Math.log(budget / BUDGETS.min)) / RANGE);
	const at = (step: number): number => {
		const exact = BUDGETS.min * Math.exp((step / STEPS) * RANGE);
		const unit = exact < 1000 ? 16 : exact < 10_000 ? 50 : 500;
		return Math.round(exact / unit) * unit;
	};
	return (
		<div class="slider">
			<div class="slider-head budget-head">
				<label for={id}>Budget</label>
				<span>
					<input
						class="budget-number"
						type="number"
						inputMode="numeric"
						aria-label="Budget, visual tokens per sample"
						min={1}
						max={10_000_000}
						value={budget}
						onChange={(event) => {
							const typed = Math.round(event.currentTarget.valueAsNumber);
							if (typed >= 1 && typed <= 10_000_000) change({ budget: typed });
							event.currentTarget.value = String(input.value.budget);
						}}
					/>
				</span>
			</div>
			<input
				id={id}
				type="range"
				min={0}
				max={STEPS}
				value={place}
				aria-valuetext={`${formatInteger(budget)} visual tokens per sample`}
				style={{ "--filled": `${Math.min(100, Math.max(0, (100 * place) / STEPS))}%` }}
				onInput={(event) => change({ budget: at(Number(event.currentTarget.value)) })}
			/>
			<p class="slider-value">visual tokens per sample</p>
		</div>
	);
}

function MediaChoice() {
	const { media, describedBy } = input.value;
	const requests = entries.value.length;
	const options: readonly (readonly [PlanMedia, string, boolean])[] = [
		[
			"mine",
			hasExamples.value ? `the ${requests} example requests` : `your ${formatInteger(requests)} requests`,
			true,
		],
		["assumed", "common sizes, assumed", true],
		["described", "the sizes of the preset", describedBy !== undefined],
		[
			"profile",
			profile.value === undefined ? "" : `profile ${profile.value.name}`,
			profile.value !== undefined,
		],
	];
	return (
		<div class="field">
			<label class="field">
				<span>Plan on</span>
				<select value={media} onChange={(event) => change({ media: event.currentTarget.value as PlanMedia })}>
					{options
						.filter(([, , isThere]) => isThere)
						.map(([value, text]) => (
							<option key={value} value={value}>
								{text}
							</option>
						))}
				</select>
			</label>
			<OpenProfile />
		</div>
	);
}

function FrameLimits() {
	const { frames } = input.value;
	return (
		<div class="frame-limits">
			<label class="check">
				<input
					type="checkbox"
					checked={frames !== undefined}
					onChange={(event) => {
						if (event.currentTarget.checked) change({ frames: { min: 8, max: 16 } });
						else {
							const { frames: _, ...rest } = input.value;
							input.value = rest;
						}
					}}
				/>
				Bound the frames of a clip
			</label>
			{frames !== undefined && (
				<div class="pair">
					<NumberField
						name="At least"
						unit="frames"
						value={frames.min}
						min={1}
						max={frames.max}
						onChange={(min) => change({ frames: { ...frames, min } })}
					/>
					<NumberField
						name="At most"
						unit="frames"
						value={frames.max}
						min={frames.min}
						max={100_000}
						onChange={(max) => change({ frames: { ...frames, max } })}
					/>
				</div>
			)}
		</div>
	);
}
