/** Integers in English words, as the num2words package writes them into SmolVLM2's video prompt. */

const BELOW_TWENTY =
	"zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
		" ",
	);
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const THOUSANDS = ["", " thousand", " million", " billion"];

/** `num2words(value)` for an integer from 0 to 999,999,999,999: 1101 → "one thousand, one hundred and one". */
export function numberInWords(value: number): string {
	if (value < 1000) return belowThousand(value);
	const groups: string[] = [];
	for (let rest = value, power = 0; rest > 0; rest = Math.floor(rest / 1000), power++) {
		if (rest % 1000 > 0) groups.unshift(`${belowThousand(rest % 1000)}${THOUSANDS[power]}`);
	}
	const last = value % 1000;
	const start = groups.slice(0, -1).join(", ");
	// A final group below one hundred is joined with "and": 1001 is "one thousand and one".
	return start === ""
		? (groups[0] ?? "")
		: `${start}${last > 0 && last < 100 ? " and " : ", "}${groups.at(-1)}`;
}

function belowThousand(value: number): string {
	if (value < 100) return belowHundred(value);
	const rest = value % 100;
	const hundreds = `${BELOW_TWENTY[Math.floor(value / 100)]} hundred`;
	return rest === 0 ? hundreds : `${hundreds} and ${belowHundred(rest)}`;
}

function belowHundred(value: number): string {
	if (value < 20) return BELOW_TWENTY[value] ?? "";
	const tens = TENS[Math.floor(value / 10) - 2] ?? "";
	return value % 10 === 0 ? tens : `${tens}-${BELOW_TWENTY[value % 10]}`;
}
