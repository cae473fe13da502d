/** A slider over a list of values, with the value's meaning in words beside it. */

import { useId } from "preact/hooks";

interface ChoiceSliderProps<T> {
	readonly name: string;
	readonly values: readonly T[];
	readonly value: T;
	/** What the value means, for the eye and for a screen reader. */
	readonly text: string;
	readonly onChange: (value: T) => void;
	/** Shown when the value is not the default. */
	readonly onReset?: (() => void) | undefined;
}

export function ChoiceSlider<T>({ name, values, value, text, onChange, onReset }: ChoiceSliderProps<T>) {
	const id = useId();
	const index = Math.max(0, values.indexOf(value));
	return (
		<div class="slider">
			<div class="slider-head">
				<label for={id}>{name}</label>
				{onReset !== undefined && (
					<button type="button" class="link" onClick={onReset} aria-label={`Reset ${name}`}>
						reset
					</button>
				)}
			</div>
			<input
				id={id}
				type="range"
				min={0}
				max={Math.max(0, values.length - 1)}
				step={1}
				value={index}
				aria-valuetext={text}
				disabled={values.length < 2}
				style={{ "--filled": `${values.length < 2 ? 100 : (100 * index) / (values.length - 1)}%` }}
				onInput={(event) => {
					const next = values[Number(event.currentTarget.value)];
					if (next !== undefined) onChange(next);
				}}
			/>
			<p class="slider-value">{text}</p>
		</div>
	);
}
