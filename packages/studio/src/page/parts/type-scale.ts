/** Type grows with the screen; what is drawn on a canvas grows with it. */

/** Type size on a laptop, px. */
const LAPTOP_TYPE = 15;

/** How much larger type is than on a laptop. */
export function typeScale(): number {
	return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / LAPTOP_TYPE;
}
