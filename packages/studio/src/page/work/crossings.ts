/** Where two models' curves cross: up to there one takes fewer tokens, beyond it the other. */

interface CrossedCurve {
	readonly id: string;
	readonly title: string;
	readonly kind: "image" | "video";
	readonly points: readonly { readonly x: number; readonly tokens: number }[];
}

export interface Crossing {
	readonly kind: CrossedCurve["kind"];
	/** Megapixels, or seconds. */
	readonly x: number;
	readonly tokens: number;
	/** Takes fewer tokens below `x`, and above. */
	readonly below: string;
	readonly above: string;
	/** How often the two cross in all; the last crossing is given. */
	readonly times: number;
}

/** The last crossing of every pair of curves of one kind. */
export function curvesCross(curves: readonly CrossedCurve[]): Crossing[] {
	return curves.flatMap((one, place) =>
		curves
			.slice(place + 1)
			.flatMap((other) => (one.kind === other.kind ? (crossingOf(one, other) ?? []) : [])),
	);
}

function crossingOf(one: CrossedCurve, other: CrossedCurve): Crossing | undefined {
	const theirs = new Map(other.points.map(({ x, tokens }) => [x, tokens]));
	let last: Crossing | undefined;
	let times = 0;
	let sign = 0;
	for (const { x, tokens } of one.points) {
		const against = theirs.get(x);
		if (against === undefined || tokens === against) continue;
		const now = Math.sign(tokens - against);
		if (sign !== 0 && now !== sign) {
			times++;
			const [below, above] = now > 0 ? [one, other] : [other, one];
			const where = { kind: one.kind, x, tokens: Math.min(tokens, against) };
			last = { ...where, below: below.title, above: above.title, times };
		}
		sign = now;
	}
	return last;
}
