/**
 * CMYK to RGB by Pillow's formula (libImaging/Convert.c `cmyk2rgb`, 12.3): multiplies the inks and ignores color
 * profiles.
 */

/** Converts `[pixels, 4]` inks, where 255 is full ink, to `[pixels, 3]`. */
export function cmykToRgb(inks: Uint8Array): Uint8Array {
	const pixels = inks.length / 4;
	const rgb = new Uint8ClampedArray(pixels * 3);
	for (let i = 0; i < pixels; i++) {
		const light = 255 - (inks[i * 4 + 3] ?? 0);
		for (let channel = 0; channel < 3; channel++) {
			const product = (inks[i * 4 + channel] ?? 0) * light + 128;
			rgb[i * 3 + channel] = light - (((product >> 8) + product) >> 8);
		}
	}
	return new Uint8Array(rgb.buffer);
}
