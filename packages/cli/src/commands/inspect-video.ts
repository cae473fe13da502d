/** The video part of `onevision inspect`: chooses, decodes and draws frames. */

import { resolve } from "node:path";
import { nearest, OnevisionError } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { framesToShow, inspectVideo, type ShownFrame } from "@onevision/draw";
import { chooseFrames, type FrameIndex, type Loading, type RgbImage, type ViewPlan } from "@onevision/media";
import { type MediaHeader, mediaItemOf, openVideo, type Video } from "@onevision/media/node";
import { type Inspector, layoutsOf, pageOptions, viewPlanOf } from "../input/inspector.ts";
import { parseWhole } from "../input/numbers.ts";
import type { Terminal } from "../terminal.ts";

/** Strategies that need at most a number of frames. */
const INSPECT_SAMPLINGS = ["uniform", "keyframes", "bit-cost"] as const;

export interface SamplingCommand {
	readonly sampling?: string;
	readonly frames?: string;
}

/** How frames are chosen before the model receives the clip. */
export interface FrameChoice {
	readonly strategy: (typeof INSPECT_SAMPLINGS)[number];
	/** For key frames: the maximum number; absent for all of them. */
	readonly frames?: number;
}

/** A page, and its contents for the terminal. */
export interface Page {
	readonly image: RgbImage;
	readonly items: readonly {
		readonly file: string;
		readonly layout: ItemLayout;
		readonly viewPlan?: ViewPlan;
	}[];
	/** How images were loaded. */
	readonly loading?: Loading;
	/** The frames of a video that are used, and how they were chosen. */
	readonly frames?: readonly { readonly frame: number; readonly seconds: number }[];
	readonly sampling?: FrameChoice;
}

/** Throws `unknown-name` and `invalid-input`. */
export function parseChoice({ sampling, frames }: SamplingCommand): FrameChoice | undefined {
	if (sampling === undefined) {
		if (frames === undefined) return undefined;
		throw new OnevisionError(
			"invalid-input",
			"--frames goes with --sampling; a model's own number is a setting of it, such as --set num_frames=12",
		);
	}
	const strategy = INSPECT_SAMPLINGS.find((name) => name === sampling);
	if (strategy === undefined) {
		const hint = nearest(sampling, INSPECT_SAMPLINGS);
		throw new OnevisionError(
			"unknown-name",
			`--sampling ${sampling}: expected ${INSPECT_SAMPLINGS.join(", ")}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
		);
	}
	const count = frames === undefined ? undefined : parseWhole("--frames", frames);
	if (count === undefined && strategy !== "keyframes") {
		throw new OnevisionError(
			"invalid-input",
			`--sampling ${strategy}: give the number of frames with --frames`,
		);
	}
	return count === undefined ? { strategy } : { strategy, frames: count };
}

export async function inspectClip(
	terminal: Terminal,
	file: string,
	header: Extract<MediaHeader, { kind: "video" }>,
	inspector: Inspector,
	choice: FrameChoice | undefined,
	applyOrientation: boolean,
): Promise<Page> {
	if (terminal.showsProgress) terminal.err("decoding frames…\r");
	const video = await openVideo(resolve(terminal.cwd, file));
	try {
		const given = choice === undefined ? undefined : choose(video.index, choice);
		const layout = layoutOf(inspector, header, video.index, given);
		const chosen = usedFrames(layout, given);
		assertThere(file, chosen, video.index);
		const start = video.index.frames[0]?.seconds ?? 0;
		const secondsOf = (frame: number): number => (video.index.frames[frame]?.seconds ?? start) - start;
		const frames: ShownFrame[] = [];
		for await (const { frame, image } of shownFrames(video, chosen, applyOrientation)) {
			frames.push({ frame, image, seconds: secondsOf(frame) });
		}
		const viewPlan = viewPlanOf(inspector, layout, 1);
		const sampling = choice === undefined ? {} : { sampling: `chosen by --sampling ${choice.strategy}` };
		const options = { ...pageOptions(inspector, "video"), ...viewPlan, ...sampling };
		return {
			image: inspectVideo({ layout, weights: video.index.frames, chosen, frames }, options),
			items: [{ file, layout, ...viewPlan }],
			frames: chosen.map((frame) => ({ frame, seconds: secondsOf(frame) })),
			...(choice === undefined ? {} : { sampling: choice }),
		};
	} finally {
		if (terminal.showsProgress) terminal.err("                \r");
		await video.close();
	}
}

function shownFrames(video: Video, chosen: readonly number[], applyOrientation: boolean) {
	return video.frames(framesToShow(chosen), { rotation: applyOrientation ? "apply" : "ignore" });
}

function choose(index: FrameIndex, { strategy, frames }: FrameChoice): number[] {
	if (strategy === "keyframes") {
		return chooseFrames(index, { strategy, ...(frames === undefined ? {} : { maxFrames: frames }) });
	}
	return chooseFrames(index, { strategy, frames: frames ?? index.frames.length });
}

/** The layout of the whole clip, as in `onevision count`, or of a clip of the given frames. */
function layoutOf(
	{ counter }: Inspector,
	header: Extract<MediaHeader, { kind: "video" }>,
	{ durationSeconds }: FrameIndex,
	given: readonly number[] | undefined,
): ItemLayout {
	const item = mediaItemOf(header);
	const { width, height } = item;
	const frames = given?.length;
	const fps = durationSeconds === undefined || frames === undefined ? {} : { fps: frames / durationSeconds };
	const asked = frames === undefined ? item : ({ kind: "video", width, height, frames, ...fps } as const);
	const [layout] = layoutsOf(counter, [asked]);
	if (layout === undefined) throw new Error("internal: a clip without a layout");
	return layout;
}

/** Frame numbers, within the file, that the layout uses. */
function usedFrames({ frames, frameIndices }: ItemLayout, given: readonly number[] | undefined): number[] {
	const places = frameIndices ?? Array.from({ length: frames }, (_, place) => place);
	return places.map((place) => given?.[place] ?? place);
}

/** Asserts that frames counted from the header are in the file. */
function assertThere(file: string, chosen: readonly number[], { frames }: FrameIndex): void {
	const last = chosen.at(-1) ?? 0;
	if (last < frames.length) return;
	throw new OnevisionError(
		"unreadable-file",
		`${file}: frame ${last} is asked for and there are ${frames.length}; its header promises more than it holds`,
	);
}
