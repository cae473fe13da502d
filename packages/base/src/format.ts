/** Numbers in messages. `Intl` costs tens of milliseconds on first use, more than a whole plan. */

/** 12345.6 → "12,346". */
export function formatInteger(value: number): string {
	return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 0.873 → "87 %". */
export function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}
