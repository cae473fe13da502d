/** Everything else that a plan request takes, as a form made of the request's own schema. */

import { OnevisionError } from "@onevision/base";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { inUse } from "../state/model.ts";
import { OPTIONS, type OptionValue, optionValue, type PlanOption, problemOf } from "./options.ts";
import { change, input } from "./state.ts";

const GROUPS = [...new Set(OPTIONS.map(({ group }) => group))];

export function OptionsForm() {
	const { options } = input.value;
	const isOpen = useSignal(false);
	const set = Object.keys(options).length;
	return (
		<details
			class="options"
			onToggle={(event) => {
				isOpen.value = event.currentTarget.open;
			}}
		>
			<summary>
				<b>All options</b>{" "}
				<span class="quiet">{set === 0 ? "LoRA, prices, order of stages" : `${set} set`}</span>
			</summary>
			{isOpen.value && (
				<div class="options-groups">
					{set > 0 && (
						<button type="button" class="link" onClick={() => change({ options: {} })}>
							reset all
						</button>
					)}
					{GROUPS.map((group) => (
						<fieldset key={group}>
							<legend>{group}</legend>
							{OPTIONS.filter((option) => option.group === group).map((option) => (
								<OptionField key={option.path} option={withParities(option)} />
							))}
						</fieldset>
					))}
				</div>
			)}
		</details>
	);
}

/** The parity is a free text to the schema, and one of few words to the model in use. */
function withParities(option: PlanOption): PlanOption {
	const model = inUse.value;
	if (option.path !== "parity" || model instanceof OnevisionError || model.open === undefined) return option;
	const { path, group, name, doc } = option;
	return { kind: "choice", values: model.open.family.parities, path, group, name, doc };
}

function assign(path: string, value: OptionValue | undefined): void {
	const { [path]: _, ...rest } = input.value.options;
	change({ options: value === undefined ? rest : { ...rest, [path]: value } });
}

function OptionField({ option }: { readonly option: PlanOption }) {
	const { path, name, doc } = option;
	const id = useId();
	const problem = useSignal("");
	const value = input.value.options[path];
	const take = (text: string): void => {
		const next = text === "" ? undefined : optionValue(option, text);
		problem.value = next === undefined ? "" : (problemOf(path, next) ?? "");
		if (problem.value === "") assign(path, next);
	};
	return (
		<div class="option">
			<label for={id}>{name}</label>
			{value !== undefined && (
				<button type="button" class="link" aria-label={`Reset ${name}`} onClick={() => take("")}>
					reset
				</button>
			)}
			<Control id={id} option={option} value={value} onText={take} />
			<p id={`${id}-doc`} class={problem.value === "" ? "quiet" : "problem-line"}>
				{problem.value === "" ? doc : problem.value}
			</p>
		</div>
	);
}

interface ControlProps {
	readonly id: string;
	readonly option: PlanOption;
	readonly value: OptionValue | undefined;
	/** An empty text stands for the default. */
	readonly onText: (text: string) => void;
}

function Control({ id, option, value, onText }: ControlProps) {
	if (option.kind === "list") {
		const chosen = Array.isArray(value) ? value : [];
		return <OrderedList id={id} values={option.values} chosen={chosen} name={option.name} onText={onText} />;
	}
	if (option.kind === "choice" || option.kind === "switch") {
		const values = option.kind === "choice" ? option.values : ["true", "false"];
		return (
			<select
				id={id}
				aria-describedby={`${id}-doc`}
				value={value === undefined ? "" : String(value)}
				onChange={(event) => onText(event.currentTarget.value)}
			>
				<option value="">default</option>
				{values.map((each) => (
					<option key={each} value={each}>
						{option.kind === "switch" ? (each === "true" ? "yes" : "no") : each}
					</option>
				))}
			</select>
		);
	}
	const shown = value === undefined ? "" : String(value);
	const common = { id, "aria-describedby": `${id}-doc`, placeholder: "default", value: shown } as const;
	const onChange = (event: { readonly currentTarget: HTMLInputElement }): void =>
		onText(event.currentTarget.value);
	if (option.kind === "text") return <input type="text" {...common} onChange={onChange} />;
	const { min, max, isWhole } = option;
	return (
		<input type="number" {...common} min={min} max={max} step={isWhole ? 1 : "any"} onChange={onChange} />
	);
}

/** Words in an order: those chosen can be moved and taken out, the others put at the end. */
function OrderedList({
	id,
	values,
	chosen,
	name,
	onText,
}: {
	readonly id: string;
	readonly values: readonly string[];
	readonly chosen: readonly string[];
	readonly name: string;
	readonly onText: (text: string) => void;
}) {
	const assign = (next: readonly string[]): void => onText(next.join("+"));
	const earlier = (index: number): void => {
		const next = [...chosen];
		next.splice(index - 1, 0, ...next.splice(index, 1));
		assign(next);
	};
	return (
		<>
			<ol class="ordered">
				{chosen.map((value, index) => (
					<li key={value}>
						<span>{value}</span>
						<button
							type="button"
							class="icon"
							disabled={index === 0}
							aria-label={`${value} earlier`}
							onClick={() => earlier(index)}
						>
							↑
						</button>
						<button
							type="button"
							class="icon"
							aria-label={`${value} out of ${name}`}
							onClick={() => assign(chosen.filter((each) => each !== value))}
						>
							×
						</button>
					</li>
				))}
			</ol>
			<select
				id={id}
				aria-describedby={`${id}-doc`}
				value=""
				disabled={chosen.length === values.length}
				onChange={(event) => {
					const added = event.currentTarget.value;
					event.currentTarget.value = "";
					if (added !== "") assign([...chosen, added]);
				}}
			>
				<option value="">{chosen.length === 0 ? "default" : "add one more"}</option>
				{values
					.filter((value) => !chosen.includes(value))
					.map((value) => (
						<option key={value} value={value}>
							{value}
						</option>
					))}
			</select>
		</>
	);
}
