/** Colors, and how well a reader can tell two of them apart: relative luminance and contrast ratio of WCAG 2.2. */

/** sRGB, each channel 0 to 255. */
export interface Color {
	readonly red: number;
	readonly green: number;
	readonly blue: number;
}

export const BLACK: Color = { red: 0, green: 0, blue: 0 };
export const WHITE: Color = { red: 255, green: 255, blue: 255 };

/** Minimum contrast ratio of text and background (WCAG 2.2, success criterion 1.4.3). */
export const READABLE_CONTRAST = 4.5;

/**
 * sRGB channel to linear light, in steps of 1/65535. Integers, so that engines whose `Math.pow` differs in the last
 * bit still agree.
 */
const LINEAR = Uint16Array.from({ length: 256 }, (_, value) => {
	const share = value / 255;
	return Math.round(65535 * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
});

/** A gray of one channel value, 0 (black) to 255 (white). */
export function gray(value: number): Color {
	return { red: value, green: value, blue: value };
}

/** Parses `#rrggbb`. */
export function hexColor(hex: `#${string}`): Color {
	const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
	return { red: channel(1), green: channel(3), blue: channel(5) };
}

/** Relative luminance, 0 (black) to 1 (white). Channels must be integers. */
export function luminanceOf({ red, green, blue }: Color): number {
	const [r = 0, g = 0, b = 0] = [LINEAR[red], LINEAR[green], LINEAR[blue]];
	return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 65535;
}

/** Contrast ratio of two luminances, 1 (none) to 21 (black on white). */
export function contrastRatio(one: number, other: number): number {
	return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Black or white, whichever contrasts more with this luminance; the ratio is never below 4.58. */
export function contrasting(luminance: number): Color {
	return contrastRatio(luminance, 1) >= contrastRatio(luminance, 0) ? WHITE : BLACK;
}
