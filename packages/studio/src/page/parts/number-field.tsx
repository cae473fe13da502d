/** A number with its unit. What is typed takes effect when it is within bounds. */

interface NumberFieldProps {
	readonly name: string;
	readonly unit: string;
	readonly value: number;
	readonly min: number;
	readonly max: number;
	readonly onChange: (value: number) => void;
}

export function NumberField({ name, unit, value, min, max, onChange }: NumberFieldProps) {
	return (
		<label class="field number-field">
			<span>
				{name}, {unit}
			</span>
			<input
				type="number"
				inputMode="numeric"
				min={min}
				max={max}
				value={value}
				onChange={(event) => {
					const typed = Math.round(event.currentTarget.valueAsNumber);
					if (typed >= min && typed <= max) onChange(typed);
					event.currentTarget.value = String(typed >= min && typed <= max ? typed : value);
				}}
			/>
		</label>
	);
}
