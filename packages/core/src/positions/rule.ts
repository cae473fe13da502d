/**
 * How a sequence is numbered, as plain data: one position id per token, three (time, row, column: M-RoPE, arXiv
 * 2409.12191 section 2.1) or four (XD-RoPE), and the axis each rotary frequency uses.
 */

/** The three axes a rotary frequency can use. */
export const AXES = ["temporal", "height", "width"] as const;
export type Axis = (typeof AXES)[number];

/** Every token gets the next number. */
export interface SequentialRule {
	readonly kind: "sequential";
	/** Position of the first token. */
	readonly start: 0 | 1 | 2;
	readonly source: string;
}

/** What the temporal position of a video counts. */
export type VideoClock =
	/** Temporal patches. */
	| { readonly kind: "patches" }
	/** Time: positions per second (`tokens_per_second`), and frames per temporal patch. */
	| { readonly kind: "seconds"; readonly positionsPerSecond: number; readonly framesPerPatch: number }
	/** Nothing: each temporal patch is numbered on its own, with its time as text before or after it. */
	| { readonly kind: "text"; readonly written: "before" | "after" };

/** Three position ids per token: equal on all axes for text; time, row and column for an image's tokens. */
export interface MropeRule {
	readonly kind: "mrope";
	readonly clock: VideoClock;
	/** Rotary frequencies per axis, in the order of `AXES`; they sum to half the rotary dimensions (`mrope_section`). */
	readonly sections: readonly [number, number, number];
	/** How frequencies are assigned to axes. See `frequencyAxes`. */
	readonly frequencies: "sectioned" | "interleaved" | "alternating";
	readonly source: string;
}

/** The four axes of HunyuanVL, in the order of its sections. */
export const XD_AXES = ["sequence", "width", "height", "image"] as const;
export type XdAxis = (typeof XD_AXES)[number];

/** Four position ids per token: the next number on every axis for text; column, row and image for an image's tokens. */
export interface XdropeRule {
	readonly kind: "xdrope";
	/** In the order of `XD_AXES` (`xdrope_section`). They sum to half the head size. */
	readonly sections: readonly [number, number, number, number];
	readonly source: string;
}

export type PositionRule = SequentialRule | MropeRule | XdropeRule;

/**
 * The axis of each rotary frequency, from the fastest (index 0) to the slowest; there are half as many as rotary
 * dimensions. "sectioned" gives each axis one block. "interleaved" gives height and width every third frequency,
 * starting at 1 and 2, up to their section sizes, and time all others. "alternating" gives height and width every
 * second frequency, and time the slowest.
 */
export function frequencyAxes({ sections, frequencies }: MropeRule): Axis[] {
	const [temporal, height, width] = sections;
	const axisAt = (frequency: number): Axis => {
		if (frequencies === "interleaved") {
			const axis = frequency % 3;
			return axis > 0 && frequency < 3 * (sections[axis] ?? 0) ? (AXES[axis] ?? "temporal") : "temporal";
		}
		if (frequencies === "alternating") {
			if (frequency >= height + width) return "temporal";
			return frequency % 2 === 0 ? "height" : "width";
		}
		if (frequency < temporal) return "temporal";
		return frequency < temporal + height ? "height" : "width";
	};
	return Array.from({ length: temporal + height + width }, (_, index) => axisAt(index));
}

/**
 * The axis of each dimension of a head. HunyuanVL splits the head into blocks of twice its sections, so the two
 * dimensions of one frequency (half a head apart) use different axes, which a list by frequency cannot express.
 */
export function dimensionAxes({ sections }: XdropeRule): XdAxis[] {
	return XD_AXES.flatMap((axis, index) =>
		Array.from({ length: 2 * (sections[index] ?? 0) }, (): XdAxis => axis),
	);
}
