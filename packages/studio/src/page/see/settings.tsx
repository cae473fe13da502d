/** The model's settings for the request looked at, as sliders over what the planner would try. */

import { OnevisionError } from "@onevision/base";
import type { AnyFamily, Knob, Scenario, SettingValue } from "@onevision/core";
import { scenarioOf } from "@onevision/core";
import { selected } from "../media/entries.ts";
import { ChoiceSlider } from "../parts/choice-slider.tsx";
import type { ModelInUse, OpenModel } from "../state/counter.ts";
import { sampleOf } from "../state/counts.ts";
import { changed, changeSetting, inUse, resetSetting } from "../state/model.ts";

export function Settings() {
	const model = inUse.value;
	if (model instanceof OnevisionError) return <Refused error={model} />;
	const { open } = model;
	return (
		<section class="card" aria-labelledby="settings-title">
			<h2 id="settings-title">Settings</h2>
			{open === undefined ? (
				<p class="quiet">{model.counter.title} is a closed model: its provider chooses.</p>
			) : (
				<OpenSettings model={model} open={open} />
			)}
		</section>
	);
}

/** Settings that contradict each other, with the way back. */
function Refused({ error }: { readonly error: OnevisionError }) {
	return (
		<section class="card problem" aria-label="Settings refused">
			<h2>These settings are refused</h2>
			<p>{error.message}</p>
			<button
				type="button"
				onClick={() => {
					changed.value = {};
				}}
			>
				Back to the model's own settings
			</button>
		</section>
	);
}

function OpenSettings({ model, open }: { readonly model: ModelInUse; readonly open: OpenModel }) {
	const entry = selected.value;
	const scenario =
		entry === undefined ? "single-image" : (scenarioOf(sampleOf(entry, model.loading)) ?? "single-image");
	const knobs = knobsFor(open.family, open.checkpoint.constants, scenario);
	const parity = String(model.counter.settings.parity);
	return (
		<>
			{open.family.parities.length > 1 && (
				<label class="field">
					<span>Counted as by</span>
					<select
						value={parity}
						onChange={(event) => {
							const asked = event.currentTarget.value;
							if (asked === open.family.parities[0]) resetSetting("parity");
							else changeSetting("parity", asked);
						}}
					>
						{open.family.parities.map((name) => (
							<option key={name} value={name}>
								{name}
							</option>
						))}
					</select>
				</label>
			)}
			{knobs.length === 0 && <p class="quiet">Nothing to set for this kind of request.</p>}
			{knobs.map((knob) => (
				<KnobSlider key={`${scenario} ${knob.setting}`} knob={knob} settings={model.counter.settings} />
			))}
			{scenario === "video" && <p class="quiet">{samplingText(open)}</p>}
		</>
	);
}

function knobsFor(family: AnyFamily, constants: unknown, scenario: Scenario): readonly Knob[] {
	return family.knobs(constants)[scenario];
}

function KnobSlider({
	knob,
	settings,
}: {
	readonly knob: Knob;
	readonly settings: Readonly<Record<string, unknown>>;
}) {
	const { setting } = knob;
	const current = settings[setting] as SettingValue;
	const values = withCurrent(knob.values, current);
	const isKnown = knob.values.includes(current);
	return (
		<ChoiceSlider
			name={setting}
			values={values}
			value={current}
			text={isKnown ? knob.label(current, settings as never) : `${current}`}
			onChange={(value) => changeSetting(setting, value)}
			onReset={setting in changed.value ? () => resetSetting(setting) : undefined}
		/>
	);
}

/** Every value to try and the one in use, in ascending order; words come first. */
function withCurrent(values: readonly SettingValue[], current: SettingValue): readonly SettingValue[] {
	const all = [...new Set([...values, current])];
	const rank = (value: SettingValue): number =>
		typeof value === "number" ? value : Number.NEGATIVE_INFINITY;
	return all.every((value) => typeof value !== "number") ? all : all.sort((a, b) => rank(a) - rank(b));
}

function samplingText({ sampling, family }: OpenModel): string {
	const by = {
		asked: "Frames as set here.",
		card: "Frames as the model card samples them; transformers alone would take every one.",
		implementation: `Frames as ${family.title} samples them by itself.`,
	} as const satisfies Record<OpenModel["sampling"]["by"], string>;
	return by[sampling.by];
}
