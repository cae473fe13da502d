/** The list of requests: add, choose, remove. Only the rows on the screen are in the document. */

import { formatInteger, OnevisionError } from "@onevision/base";
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { px, seconds } from "../parts/text.ts";
import { useKeys } from "../parts/use-keys.ts";
import { counts, isCounted, type Outcome, totals } from "../state/counts.ts";
import { inUse } from "../state/model.ts";
import {
	addEntries,
	type Entry,
	type EntryItem,
	entries,
	entryOfTyped,
	hasExamples,
	leftOut,
	reading,
	removeEntry,
	select,
	selected,
	showExamples,
} from "./entries.ts";
import { takeIn } from "./intake.ts";
import { thumbnailOf } from "./thumbnails.ts";
import { parseTyped } from "./typed.ts";

export function Rail() {
	return (
		<aside class="rail" aria-label="Media">
			<AddMedia />
			<Progress />
			<Summary />
			<List />
			<LeftOut />
		</aside>
	);
}

const typedProblem = signal<string | undefined>(undefined);

function AddMedia() {
	const files = useRef<HTMLInputElement>(null);
	const folder = useRef<HTMLInputElement>(null);
	const take = (input: HTMLInputElement): void => {
		void takeIn([...(input.files ?? [])]);
		input.value = "";
	};
	return (
		<div class="add">
			<div class="add-buttons">
				<button type="button" class="primary" onClick={() => files.current?.click()}>
					Add images or videos
				</button>
				<button type="button" onClick={() => folder.current?.click()}>
					Folder
				</button>
			</div>
			<input
				ref={files}
				type="file"
				multiple
				hidden
				aria-label="Images and videos"
				accept="image/*,video/*,.mkv,.heic,.avif,.tif,.tiff"
				onChange={(event) => take(event.currentTarget)}
			/>
			<input
				ref={folder}
				type="file"
				hidden
				aria-label="A folder of images and videos"
				onChange={(event) => take(event.currentTarget)}
				{...{ webkitdirectory: true }}
			/>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					const field = event.currentTarget.elements.namedItem("sizes");
					if (field instanceof HTMLInputElement && addTyped(field.value)) field.value = "";
				}}
			>
				<label class="visually-hidden" for="sizes">
					Sizes
				</label>
				<input
					id="sizes"
					name="sizes"
					type="text"
					autocomplete="off"
					spellcheck={false}
					placeholder="or type 4x 1080p"
					aria-describedby="sizes-problem"
					onInput={() => {
						typedProblem.value = undefined;
					}}
				/>
				<button type="submit">Add</button>
			</form>
			<p id="sizes-problem" class="problem-line" role="status">
				{typedProblem.value}
			</p>
		</div>
	);
}

function addTyped(text: string): boolean {
	try {
		addEntries(parseTyped(text).map(entryOfTyped));
		typedProblem.value = undefined;
		return true;
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		typedProblem.value = error.message;
		return false;
	}
}

function Progress() {
	const state = reading.value;
	if (state === undefined) return null;
	return (
		<div class="progress" role="status">
			<progress value={state.done} max={state.of} aria-label="Files read" />
			<p>
				Reading headers: {formatInteger(state.done)} of {formatInteger(state.of)} files
			</p>
		</div>
	);
}

function Summary() {
	const { requests, visualTokens, refused, largest } = totals.value;
	return (
		<div class="summary">
			<p>
				<strong>{formatInteger(visualTokens)}</strong> visual tokens in {formatInteger(requests)}{" "}
				{requests === 1 ? "request" : "requests"}
			</p>
			<p class="quiet">
				largest {formatInteger(largest)}
				{refused > 0 && `; ${formatInteger(refused)} refused by the model`}
				{!hasExamples.value && (
					<>
						{" · "}
						<button type="button" class="link" onClick={showExamples}>
							back to the examples
						</button>
					</>
				)}
				{hasExamples.value && " · examples, until you add your own"}
			</p>
		</div>
	);
}

/** Rows kept beyond the visible ones. */
const OVERSCAN = 4;

function List() {
	const element = useRef<HTMLDivElement>(null);
	const [view, setView] = useState({ top: 0, height: 800, row: 64 });
	useEffect(() => {
		const list = element.current;
		if (list === null) return;
		const measure = (): void => {
			const row = Number.parseFloat(getComputedStyle(list).getPropertyValue("--row")) || 4;
			const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
			setView({ top: list.scrollTop, height: list.clientHeight, row: row * rem });
		};
		measure();
		list.addEventListener("scroll", measure, { passive: true });
		const observer = new ResizeObserver(measure);
		observer.observe(list);
		return () => {
			list.removeEventListener("scroll", measure);
			observer.disconnect();
		};
	}, []);
	const all = entries.value;
	const first = Math.max(0, Math.floor(view.top / view.row) - OVERSCAN);
	const last = Math.min(all.length, Math.ceil((view.top + view.height) / view.row) + OVERSCAN);
	const move = (event: KeyboardEvent): void => {
		const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
		if (step === 0) return;
		event.preventDefault();
		const place = all.findIndex(({ id }) => id === selected.value?.id);
		const next = all[Math.min(Math.max(place + step, 0), all.length - 1)];
		if (next === undefined) return;
		select(next.id);
		const list = element.current;
		const top = all.indexOf(next) * view.row;
		if (list !== null && (top < list.scrollTop || top + view.row > list.scrollTop + list.clientHeight)) {
			list.scrollTop = top - list.clientHeight / 2;
		}
		requestAnimationFrame(() => list?.querySelector<HTMLElement>("[aria-current=true]")?.focus());
	};
	useKeys(element, move);
	return (
		<div class="list" ref={element}>
			<ul style={{ height: `${all.length * view.row}px` }} aria-label={`${all.length} requests`}>
				{all.slice(first, last).map((entry, index) => (
					<Row
						key={entry.id}
						entry={entry}
						top={(first + index) * view.row}
						outcome={counts.value.get(entry.id)}
					/>
				))}
			</ul>
		</div>
	);
}

function Row({
	entry,
	top,
	outcome,
}: {
	readonly entry: Entry;
	readonly top: number;
	readonly outcome: Outcome | undefined;
}) {
	const [item] = entry.items;
	if (item === undefined) return null;
	const isSelected = selected.value?.id === entry.id;
	const share = isCounted(outcome) ? outcome.visualTokens / Math.max(1, totals.value.largest) : 0;
	return (
		<li class={isSelected ? "row current" : "row"} style={{ transform: `translateY(${top}px)` }}>
			<button type="button" class="row-main" aria-current={isSelected} onClick={() => select(entry.id)}>
				<Thumbnail item={item} several={entry.items.length > 1} />
				<span class="row-text">
					<span class="row-name">{entry.name}</span>
					<span class="row-size">{sizeText(entry, item)}</span>
				</span>
				<span class="row-count">
					{isCounted(outcome) ? (
						formatInteger(outcome.visualTokens)
					) : (
						<span class="refused" title={outcome?.message}>
							{inUse.value instanceof OnevisionError ? "–" : "refused"}
						</span>
					)}
				</span>
				<span class="row-bar" aria-hidden="true" style={{ width: `${share * 100}%` }} />
			</button>
			<button
				type="button"
				class="row-remove icon"
				aria-label={`Remove ${entry.name}`}
				onClick={() => removeEntry(entry.id)}
			>
				×
			</button>
		</li>
	);
}

function Thumbnail({ item, several }: { readonly item: EntryItem; readonly several: boolean }) {
	const address = thumbnailOf(item);
	const { width, height, kind } = item.facts;
	const longest = Math.max(width, height);
	return (
		<span class={several ? "thumb several" : "thumb"} aria-hidden="true">
			{address === undefined ? (
				<i
					class={kind === "video" ? "shape clip-shape" : "shape"}
					style={{ width: `${(74 * width) / longest}%`, height: `${(74 * height) / longest}%` }}
				/>
			) : (
				<img src={address} alt="" width={44} height={44} decoding="async" />
			)}
			{kind === "video" && <b>▶</b>}
		</span>
	);
}

function sizeText({ items }: Entry, { facts }: EntryItem): string {
	const size = px(facts);
	if (items.length > 1) return `${items.length} images, ${size}`;
	return facts.kind === "video" ? `${seconds(facts)}, ${size}` : size;
}

/** Files left out that are listed; all are counted. */
const MAX_LISTED = 100;

function LeftOut() {
	const files = leftOut.value;
	if (files.length === 0) return null;
	return (
		<details class="left-out" open>
			<summary>
				{formatInteger(files.length)} {files.length === 1 ? "file" : "files"} left out
			</summary>
			<ul>
				{files.slice(0, MAX_LISTED).map(({ name, message }, index) => (
					<li key={`${name} ${index}`}>
						<b>{name}</b> {message}
					</li>
				))}
			</ul>
			{files.length > MAX_LISTED && <p class="quiet">and {formatInteger(files.length - MAX_LISTED)} more</p>}
			<button
				type="button"
				class="link"
				onClick={() => {
					leftOut.value = [];
				}}
			>
				dismiss
			</button>
		</details>
	);
}
