/** The projector of MiniCPM-V 2 to 4.5. Both its checkpoint table and its snapshot reader need its parameter count. */

/**
 * The perceiver resampler to `width` dimensions: one attention block over `queries` learned tokens. Source:
 * resampler.py of MiniCPM-V 2.6, read in OpenBMB/Scicore-Omics model/resampler.py at f81d2ae.
 */
export const resampler = (width: number, queries: number) =>
	({
		kind: "q-former",
		parameters: queries * width + 1152 * width + 5 * width ** 2 + 10 * width,
	}) as const;
