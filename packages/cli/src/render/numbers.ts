/** Numbers for people: thousands separated, units with a prefix, shares in percent. */

import { formatInteger } from "@onevision/base";

/** 12345.6 → "12,346". */
export function whole(value: number): string {
	return formatInteger(value);
}

/** 0.873 → "87 %". */
export function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}

/** Three significant digits with a decimal prefix: 1.53e15 → "1.53 P". */
export function metric(value: number): string {
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
export function largeCount(value: number): string {
	return metric(value).replace(" G", " B");
}

/** FLOPs: 4.2e13 → "42.0 TFLOP". */
export function flops(value: number): string {
	return `${metric(value)}${value < 999.5 ? " " : ""}FLOP`;
}

/** Bytes in decimal units, as data sheets give them: 1.4e10 → "14.0 GB". */
export function bytes(value: number): string {
	return `${metric(value)}${value < 999.5 ? " " : ""}B`;
}

/** Seconds as ms, s, min or h, without trailing zeros. */
export function duration(seconds: number): string {
	if (seconds < 1) return `${trimmed(seconds * 1000)} ms`;
	if (seconds < 120) return `${trimmed(seconds)} s`;
	if (seconds < 7200) return `${trimmed(seconds / 60)} min`;
	return hours(seconds / 3600);
}

function trimmed(value: number): string {
	return String(Number(significant(value)));
}

export function hours(value: number): string {
	return value < 100 ? `${significant(value)} h` : `${whole(value)} h`;
}

/** USD: cents below 100, whole dollars above. */
export function dollars(value: number): string {
	return value < 100 ? `$${value.toFixed(2)}` : `$${whole(value)}`;
}

/** USD, never rounded to nothing: 0.0423 → "$0.042", 0.3 → "$0.30". */
export function exactDollars(value: number): string {
	return value === 0 || value >= 0.1 ? dollars(value) : `$${Number(value.toPrecision(2))}`;
}

function significant(value: number): string {
	if (value === 0) return "0";
	const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
	return value.toFixed(Math.min(6, digits));
}
