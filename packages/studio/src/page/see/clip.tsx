/** A clip: the frames the model takes, and the bytes of every frame, from which a cut or motion can be read. */

import { formatBytes, formatDuration, formatInteger, OnevisionError } from "@onevision/base";
import { effect, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { EntryItem } from "../media/entries.ts";
import { blobOf } from "../media/intake.ts";
import { isDark } from "../state/theme.ts";
import { ask } from "../work/client.ts";
import type { ClipFrame } from "../work/protocol.ts";
import { askedFrame, framePlace, layout, lookedAt, pixels } from "./pixels.ts";

interface ClipState {
	readonly of?: EntryItem;
	readonly index?: readonly ClipFrame[];
	readonly problem?: string;
}

const clip = signal<ClipState>({});
/** Decoded frames by number, small. */
const shown = signal<ReadonlyMap<number, ImageBitmap>>(new Map());

/** Frames of a clip that are drawn; the others are counted. */
const MAX_SHOWN = 24;
/** Height of a frame of the strip, px. */
const FRAME_HEIGHT = 270;
/** Longest side of the frame on the canvas, px. */
const MAX_CANVAS_SIDE = 1920;

/** Reads the index of a clip when it is looked at. */
effect(() => {
	const item = lookedAt.value;
	shown.value = new Map();
	askedFrame.value = 0;
	if (item === undefined || item.facts.kind !== "video" || item.source.kind === "size") {
		clip.value = {};
		return;
	}
	clip.value = { of: item };
	const { source } = item;
	let isCurrent = true;
	blobOf(source)
		.then((blob) => ask("clipIndex", { blob }))
		.then(
			(index) => {
				if (isCurrent) clip.value = { of: item, index };
			},
			(error: unknown) => {
				const problem = error instanceof OnevisionError ? error.message : "the clip cannot be read";
				if (isCurrent) clip.value = { of: item, problem };
			},
		);
	return () => {
		isCurrent = false;
	};
});

/** Numbers of the frames the model takes; every one if the layout names none. */
function chosenFrames(): readonly number[] {
	const of = layout.value;
	if (of === undefined || of.kind !== "video") return [];
	return [...(of.frameIndices ?? Array.from({ length: of.frames }, (_, frame) => frame))];
}

function drawnFrames(chosen: readonly number[]): readonly number[] {
	const distinct = [...new Set(chosen)];
	if (distinct.length <= MAX_SHOWN) return distinct;
	return Array.from(
		{ length: MAX_SHOWN },
		(_, place) => distinct[Math.floor(((place + 0.5) * distinct.length) / MAX_SHOWN)] ?? 0,
	);
}

/** Pause after the last change before frames are decoded, ms. */
const SETTLED_MS = 150;

/** Decodes the frames that are drawn, once the settings rest. */
effect(() => {
	const { of: item, index } = clip.value;
	const wanted = drawnFrames(chosenFrames());
	if (item === undefined || index === undefined || item.facts.kind !== "video") return;
	if (item.source.kind === "size") return;
	const missing = wanted.filter((frame) => !shown.peek().has(frame) && frame < index.length);
	if (missing.length === 0) return;
	const { source, facts } = item;
	const scale = Math.min(1, FRAME_HEIGHT / facts.height);
	const size = {
		width: Math.max(1, Math.round(facts.width * scale)),
		height: Math.max(1, Math.round(facts.height * scale)),
	};
	const timer = setTimeout(async () => {
		try {
			const blob = await blobOf(source);
			await ask("clipFrames", { blob, frames: missing, ...size }, ({ frame, bitmap }) => {
				if (clip.peek().of !== item) return bitmap.close();
				shown.value = new Map([...shown.peek(), [frame, bitmap]]);
				// The first frame also stands for the clip on its canvas.
				if (pixels.peek().source === undefined) pixels.value = { of: item, source: bitmap };
			});
		} catch (error) {
			const problem = error instanceof OnevisionError ? error.message : "the clip's frames cannot be decoded";
			if (clip.peek().of === item) clip.value = { ...clip.peek(), problem };
		}
	}, SETTLED_MS);
	return () => clearTimeout(timer);
});

/** Decodes the frame on the canvas as large as it is: its patches are looked at one by one. */
effect(() => {
	const { of: item, index } = clip.value;
	const frame = chosenFrames()[framePlace.value];
	if (item === undefined || index === undefined || frame === undefined || frame >= index.length) return;
	if (item.source.kind === "size") return;
	const small = shown.peek().get(frame);
	if (small !== undefined) pixels.value = { of: item, source: small };
	const { source, facts } = item;
	const scale = Math.min(1, MAX_CANVAS_SIDE / Math.max(facts.width, facts.height));
	const size = { width: Math.round(facts.width * scale), height: Math.round(facts.height * scale) };
	let isCurrent = true;
	const timer = setTimeout(async () => {
		const blob = await blobOf(source);
		await ask("clipFrames", { blob, frames: [frame], ...size }, ({ bitmap }) => {
			if (isCurrent) pixels.value = { of: item, source: bitmap };
			else bitmap.close();
		}).catch((error: unknown) => {
			// The strip says of a clip that it cannot be decoded.
			if (!(error instanceof OnevisionError)) throw error;
		});
	}, SETTLED_MS);
	return () => {
		isCurrent = false;
		clearTimeout(timer);
	};
});

export function Clip() {
	const of = layout.value;
	const item = lookedAt.value;
	if (of === undefined || of.kind !== "video" || item?.facts.kind !== "video") return null;
	const chosen = chosenFrames();
	const drawn = drawnFrames(chosen);
	const { frames, fps } = item.facts;
	const { index, problem } = clip.value;
	const isAll = new Set(chosen).size >= frames;
	return (
		<section class="clip" aria-labelledby="clip-title">
			<div class="clip-heading">
				<h2 id="clip-title">
					{isAll
						? `All ${formatInteger(frames)} frames`
						: `${formatInteger(of.frames)} of ${formatInteger(frames)} frames`}
				</h2>
				<p class="quiet">
					{fps !== undefined &&
						`${formatDuration(frames / fps)} at ${Number(fps.toFixed(2))} frames per second`}
					{drawn.length < new Set(chosen).size && `; ${drawn.length} are drawn`}. Choose one to look at its
					patches.
				</p>
			</div>
			{item.source.kind !== "size" && (
				<ol class="frames">
					{drawn.map((frame) => (
						<li key={frame}>
							<button
								type="button"
								aria-pressed={chosen[framePlace.value] === frame}
								onClick={() => {
									askedFrame.value = chosen.indexOf(frame);
								}}
							>
								<Frame
									label={`Frame ${frame} of the clip`}
									bitmap={shown.value.get(frame)}
									width={item.facts.width}
									height={item.facts.height}
								/>
								<span>{timeOf(index?.[frame], index?.[0], frame, fps)}</span>
							</button>
						</li>
					))}
				</ol>
			)}
			{problem !== undefined && <p class="problem-line">{problem}</p>}
			{index !== undefined && <Curve index={index} chosen={chosen} />}
		</section>
	);
}

function timeOf(
	frame: ClipFrame | undefined,
	first: ClipFrame | undefined,
	number: number,
	fps: number | undefined,
): string {
	if (frame !== undefined && first !== undefined) return `${(frame.seconds - first.seconds).toFixed(1)} s`;
	return fps === undefined ? `frame ${number}` : `${(number / fps).toFixed(1)} s`;
}

function Frame({
	bitmap,
	width,
	height,
	label,
}: {
	readonly label: string;
	readonly bitmap: ImageBitmap | undefined;
	readonly width: number;
	readonly height: number;
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	useLayoutEffect(() => {
		const element = canvas.current;
		if (element === null || bitmap === undefined) return;
		element.width = bitmap.width;
		element.height = bitmap.height;
		element.getContext("2d")?.drawImage(bitmap, 0, 0);
	}, [bitmap]);
	return (
		<canvas ref={canvas} role="img" aria-label={label} style={{ aspectRatio: `${width} / ${height}` }} />
	);
}

/** Height of the curve, CSS px. */
const CURVE_HEIGHT = 120;

/** Bytes of each frame on a square-root scale, because key frames are many times larger; chosen frames are marked. */
function Curve({
	index,
	chosen,
}: {
	readonly index: readonly ClipFrame[];
	readonly chosen: readonly number[];
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const dark = isDark.value;
	const total = index.reduce((sum, { bytes }) => sum + bytes, 0);
	useLayoutEffect(() => {
		const element = canvas.current;
		if (element === null) return;
		const paint = (): void => paintCurve(element, index, chosen, dark);
		paint();
		const observer = new ResizeObserver(paint);
		observer.observe(element);
		return () => observer.disconnect();
	}, [index, chosen, dark]);
	const keys = index.filter(({ isKey }) => isKey).length;
	const largest = index.reduce((most, { bytes }) => Math.max(most, bytes), 0);
	return (
		<figure class="curve">
			<figcaption>
				<b>Bytes of each frame</b>: {formatBytes(total)} in all, largest {formatBytes(largest)}, square-root
				scale. Where motion or a cut is, an encoder spends bits.
			</figcaption>
			<canvas
				ref={canvas}
				role="img"
				style={{ height: `${CURVE_HEIGHT}px` }}
				aria-label={`Bytes of ${index.length} frames, ${keys} of them key frames; the largest takes ${formatBytes(largest)}`}
			/>
			<ul class="legend" aria-hidden="true">
				<li>
					<i class="key-frame" /> key frame
				</li>
				<li>
					<i class="other-frame" /> other frame
				</li>
				<li>
					<i class="chosen-frame" /> the model takes it
				</li>
			</ul>
		</figure>
	);
}

function paintCurve(
	element: HTMLCanvasElement,
	index: readonly ClipFrame[],
	chosen: readonly number[],
	dark: boolean,
): void {
	const ratio = devicePixelRatio;
	const [width, height] = [Math.round(element.clientWidth * ratio), Math.round(CURVE_HEIGHT * ratio)];
	element.width = width;
	element.height = height;
	const context = element.getContext("2d");
	if (context === null) return;
	const marks = 12 * ratio;
	const bottom = height - marks;
	const largest = index.reduce((most, { bytes }) => Math.max(most, bytes), 1);
	const bars = Math.min(index.length, Math.floor(width / Math.max(1, ratio)));
	const step = width / bars;
	const heaviest: ClipFrame[] = [];
	for (const [place, frame] of index.entries()) {
		const bar = Math.floor((place * bars) / index.length);
		if (frame.bytes > (heaviest[bar]?.bytes ?? -1)) heaviest[bar] = frame;
	}
	const isAll = new Set(chosen).size >= index.length;
	const marked = isAll ? [] : [...new Set(chosen.map((frame) => Math.floor((frame * bars) / index.length)))];
	context.fillStyle = dark ? "rgba(255, 146, 72, 0.22)" : "rgba(232, 89, 12, 0.16)";
	for (const bar of marked) context.fillRect(bar * step, 0, Math.max(step, ratio), bottom);
	const gap = step >= 4 * ratio ? ratio : 0;
	for (const [bar, { bytes, isKey }] of heaviest.entries()) {
		const high = Math.max(ratio, Math.sqrt(bytes / largest) * bottom);
		context.fillStyle = isKey ? (dark ? "#5b8dff" : "#1550c8") : dark ? "#3f5f9e" : "#8fb0ea";
		context.fillRect(bar * step, bottom - high, step - gap, high);
	}
	context.fillStyle = dark ? "#ff9248" : "#e8590c";
	for (const bar of marked) {
		context.beginPath();
		context.arc((bar + 0.5) * step, bottom + marks / 2 + ratio, 3 * ratio, 0, 2 * Math.PI);
		context.fill();
	}
}
