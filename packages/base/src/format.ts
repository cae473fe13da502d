/** Numbers as people read them. `Intl` is not used: its first call costs tens of milliseconds, more than a whole plan. */

/** 12345.6 → "12,346". */
export function formatInteger(value: number): string {
	return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share: 0.873 → "87 %". */
export function formatPercent(share: number): string {
	return `${Math.round(share * 100)} %`;
}

/** Three significant digits with a decimal prefix: 1.53e15 → "1.53 P". */
export function formatMetric(value: number): string {
	const prefixes = ["", " k", " M", " G", " T", " P", " E", " Z"];
	let index = 0;
	let scaled = value;
	while (Math.abs(scaled) >= 999.5 && index < prefixes.length - 1) {
		scaled /= 1000;
		index++;
	}
	return `${significant(scaled)}${prefixes[index]}`;
}

/** Parameters or tokens, in billions where a prefix would say giga: 8.03e9 → "8.03 B". */
export function formatCount(value: number): string {
	return formatMetric(value).replace(" G", " B");
}

/** FLOPs: 4.2e13 → "42.0 TFLOP". */
export function formatFlops(value: number): string {
	return `${formatMetric(value)}${value < 999.5 ? " " : ""}FLOP`;
}

/** Bytes in decimal units, as data sheets give them: 1.4e10 → "14.0 GB". */
export function formatBytes(value: number): string {
	return `${formatMetric(value)}${value < 999.5 ? " " : ""}B`;
}

/** Seconds as ms, s, min or h, without trailing zeros. */
export function formatDuration(seconds: number): string {
	if (seconds < 1) return `${trimmed(seconds * 1000)} ms`;
	if (seconds < 120) return `${trimmed(seconds)} s`;
	if (seconds < 7200) return `${trimmed(seconds / 60)} min`;
	const hours = seconds / 3600;
	return hours < 100 ? `${significant(hours)} h` : `${formatInteger(hours)} h`;
}

function trimmed(value: number): string {
	return String(Number(significant(value)));
}

/** USD: cents below 100, whole dollars above. */
export function formatDollars(value: number): string {
	return value < 100 ? `$${value.toFixed(2)}` : `$${formatInteger(value)}`;
}

/** USD, never rounded to nothing: 0.0423 → "$0.042", 0.3 → "$0.30". */
export function formatSmallDollars(value: number): string {
	return value === 0 || value >= 0.1 ? formatDollars(value) : `$${Number(value.toPrecision(2))}`;
}

function significant(value: number): string {
	if (value === 0) return "0";
	const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
	return value.toFixed(Math.min(6, digits));
}
