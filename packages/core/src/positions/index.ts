/** Position ids of a sequence: one, three (M-RoPE) or four (XD-RoPE) per token. */

export { type Advance, MAX_POSITIONS, type MropeIds, mropeIds, type Run } from "./mrope.ts";
export {
	type MropePositions,
	type PositionOptions,
	type Positions,
	positionsOf,
	type Segment,
	type Sequence,
	type SequentialPositions,
	type XdropePositions,
} from "./positions.ts";
export {
	AXES,
	type Axis,
	dimensionAxes,
	frequencyAxes,
	type MropeRule,
	type PositionRule,
	type SequentialRule,
	type VideoClock,
	XD_AXES,
	type XdAxis,
	type XdropeRule,
} from "./rule.ts";
export { positionRuleOf } from "./rules.ts";
