/**
 * A video as a model sees it, on one page: its frames, the size of each frame of the clip, and one frame with its
 * cells.
 */

import { formatInteger } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { RgbImage } from "@onevision/media";
import { blankImage } from "../shapes/blank.ts";
import { closeUpOf, closeUpSize, drawCloseUp } from "./close-up.ts";
import { columnHeight, drawColumn } from "./column.ts";
import { CURVE_HEIGHT, drawCurve, type WeighedFrame } from "./curve.ts";
import { drawFrames, planSheet, type ShownFrame, shownPlaces } from "./frame-sheet.ts";
import type { LegendKey } from "./legend.ts";
import { COLUMN_WIDTH, fit, GAP, HEADING, MARGIN, MAX_SIDE, MIN_WIDTH, SMALL } from "./page.ts";
import {
	closeUpHeading,
	columnOf,
	drawHeading,
	headingOf,
	type InspectOptions,
	legendOf,
} from "./page-text.ts";
import { FITTING } from "./paint.ts";
import { drawPanel, shownOf } from "./panel-drawing.ts";
import { mainOf, panelsOf } from "./panels.ts";
import { COLORS } from "./style.ts";

export interface InspectedClip {
	/** The layout of the whole clip, or of the frames chosen for it. */
	readonly layout: ItemLayout;
	/** Every frame of the clip, in display order. */
	readonly weights: readonly WeighedFrame[];
	/** Numbers of the frames the model receives, ascending. */
	readonly chosen: readonly number[];
	/** Images of the frames that `framesToShow` selects. */
	readonly frames: readonly ShownFrame[];
}

export interface InspectVideoOptions extends InspectOptions {
	/** How the frames were chosen, in a few words. */
	readonly sampling?: string;
}

const WIDTH = MAX_SIDE - 2 * MARGIN;
/** Room beside the column; whatever is below both takes the full width. */
const SHEET_ROOM = { width: WIDTH - GAP - COLUMN_WIDTH, height: 700 };

/** Selects, from the frames a model receives, those that fit on a page. */
export function framesToShow(chosen: readonly number[]): number[] {
	return shownPlaces(chosen.length).map((place) => chosen[place] ?? 0);
}

/** Draws which frames of a clip are used and how one of them is laid out. Frames have the size `layout.source`. */
export function inspectVideo(clip: InspectedClip, options: InspectVideoOptions): RgbImage {
	const { layout, weights, chosen, frames } = clip;
	const [sample] = frames.slice(Math.floor(frames.length / 2));
	if (sample === undefined) throw new Error("internal: a clip without frames");
	const main = mainOf(panelsOf(layout, options.viewPlan));
	const frame = fit(main.extent, { width: SMALL * 1.5, height: SMALL });
	const closeUp = closeUpOf(main, sample.image, layout.patchGrid, {
		width: WIDTH - Math.max(frame.width, MIN_WIDTH) - GAP,
		height: SMALL,
	});
	const shown = [shownOf(main, { x: 0, y: 0, ...frame })];
	const isAll = chosen.length === weights.length;
	const legend: LegendKey[] = [...(isAll ? [] : (["chosenFrame"] as const)), "keyFrame", "otherFrame"];
	const column = columnOf(layout, options, main, [...legend, ...legendOf(layout, shown, closeUp)]);
	const plan = planSheet(frames.length, layout.source, SHEET_ROOM);
	const sheet = { x: MARGIN, y: MARGIN + HEADING };
	const top = Math.max(HEADING + plan.height, columnHeight(column));
	const curve = { x: MARGIN, y: MARGIN + top + GAP + HEADING, width: WIDTH, height: CURVE_HEIGHT };
	const frameArea = { x: MARGIN, y: curve.y + CURVE_HEIGHT + GAP + HEADING, ...frame };
	const lowest = closeUp === undefined ? frame.height : Math.max(frame.height, closeUpSize(closeUp).height);
	const height = frameArea.y + lowest + MARGIN;
	const target = blankImage({ width: MAX_SIDE, height }, COLORS.page);
	drawFrames(target, frames, plan, sheet);
	drawHeading(target, framesHeading(clip, options.sampling), { ...sheet, ...plan });
	drawCurve(target, weights, chosen, curve);
	drawHeading(target, curveHeading(clip), curve);
	drawPanel(target, main, sample.image, frameArea, closeUp === undefined ? [] : [closeUp.onPanel]);
	const { detail } = headingOf(main, layout);
	drawHeading(target, { name: `frame ${sample.frame} on its canvas`, detail }, frameArea);
	if (closeUp !== undefined) {
		const area = {
			...frameArea,
			x: frameArea.x + Math.max(frame.width, MIN_WIDTH) + GAP,
			...closeUpSize(closeUp),
		};
		drawCloseUp(target, sample.image, closeUp, area, options.resize ?? FITTING);
		drawHeading(target, closeUpHeading(closeUp), area);
	}
	drawColumn(target, column, { x: MAX_SIDE - MARGIN - COLUMN_WIDTH, y: MARGIN });
	return target;
}

function framesHeading({ chosen, weights, frames }: InspectedClip, sampling: string | undefined) {
	const all = chosen.length === weights.length;
	const which = all
		? `all ${formatInteger(weights.length)}`
		: `${formatInteger(chosen.length)} of ${formatInteger(weights.length)}`;
	const part = frames.length < chosen.length ? `${frames.length} of them are drawn; ` : "";
	const how = sampling ?? (all ? "none is left out" : "as the model's processor samples them");
	return { name: `${which} frames`, detail: `${how}; ${part}number and time of each` };
}

function curveHeading({ weights }: InspectedClip) {
	const bytes = weights.reduce((sum, frame) => sum + frame.bytes, 0);
	const detail = `${formatInteger(bytes)} bytes in all, square-root scale`;
	return { name: "bytes of each frame", detail };
}
