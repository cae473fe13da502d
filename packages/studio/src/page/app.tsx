/** The frame of the page: its parts, the model, the theme, and a target for dropped files everywhere. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Compare } from "./compare/compare.tsx";
import { filesOf, takeIn } from "./media/intake.ts";
import { Rail } from "./media/rail.tsx";
import { ModelPicker } from "./parts/model-picker.tsx";
import { PlanView } from "./plan/plan.tsx";
import { See } from "./see/see.tsx";
import { linkProblems } from "./state/link.ts";
import { chooseModel, modelId } from "./state/model.ts";
import { THEMES, theme } from "./state/theme.ts";
import { VIEW_IDS, VIEWS, type ViewId, view } from "./state/view.ts";
import { TakeAway } from "./take/take.tsx";

const isDropping = signal(false);

export function App() {
	useEffect(listenForDrops, []);
	return (
		<div class="app">
			<Header />
			<LinkNotice />
			<div class={view.value === "see" ? "columns" : "columns wide"}>
				{view.value === "see" && <Rail />}
				<main>{SHOWN[view.value]()}</main>
			</div>
			{isDropping.value && (
				<div class="drop" role="status">
					<p>Drop images, videos or a folder. Nothing leaves this page.</p>
				</div>
			)}
		</div>
	);
}

/** What a link from elsewhere could not say. */
function LinkNotice() {
	const problems = linkProblems.value;
	if (problems.length === 0) return null;
	return (
		<div class="notice" role="status">
			<b>This link was opened as far as this page knows it.</b>
			<span>Left out: {problems.join(", ")}.</span>
			<button
				type="button"
				class="link"
				onClick={() => {
					linkProblems.value = [];
				}}
			>
				dismiss
			</button>
		</div>
	);
}

const SHOWN = {
	see: () => <See />,
	compare: () => <Compare />,
	plan: () => <PlanView />,
	take: () => <TakeAway />,
} as const satisfies Record<ViewId, () => JSX.Element>;

function Header() {
	return (
		<header class="top">
			<a class="brand" href="./" aria-label="OneVision Studio, start">
				<i aria-hidden="true" />
				OneVision <span>Studio</span>
			</a>
			<nav aria-label="Parts of the page">
				{VIEW_IDS.map((id) => (
					<button
						key={id}
						type="button"
						aria-current={view.value === id ? "page" : undefined}
						onClick={() => show(id)}
					>
						{VIEWS[id]}
					</button>
				))}
			</nav>
			<ModelPicker value={modelId.value} onPick={chooseModel} />
			<ThemeButton />
		</header>
	);
}

function show(id: ViewId): void {
	view.value = id;
	scrollTo({ top: 0 });
}

const THEME_WORDS = { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" } as const;
const THEME_SIGNS = { system: "◐", light: "☀", dark: "☾" } as const;

function ThemeButton() {
	const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
	return (
		<button
			type="button"
			class="icon theme"
			aria-label={`${THEME_WORDS[theme.value]}; change to ${next}`}
			title={THEME_WORDS[theme.value]}
			onClick={() => {
				theme.value = next;
			}}
		>
			{THEME_SIGNS[theme.value]}
		</button>
	);
}

/** Files may be dropped anywhere; a drop that misses must not replace the page. */
function listenForDrops(): () => void {
	let depth = 0;
	const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
	const enter = (event: DragEvent): void => {
		if (!hasFiles(event)) return;
		depth++;
		isDropping.value = true;
	};
	const leave = (event: DragEvent): void => {
		if (!hasFiles(event)) return;
		depth = Math.max(0, depth - 1);
		if (depth === 0) isDropping.value = false;
	};
	const over = (event: DragEvent): void => {
		if (hasFiles(event)) event.preventDefault();
	};
	const drop = (event: DragEvent): void => {
		depth = 0;
		isDropping.value = false;
		if (event.dataTransfer === null || !hasFiles(event)) return;
		event.preventDefault();
		void filesOf(event.dataTransfer).then(takeIn);
	};
	const paste = (event: ClipboardEvent): void => {
		const files = [...(event.clipboardData?.files ?? [])];
		if (files.length > 0) void takeIn(files);
	};
	addEventListener("dragenter", enter);
	addEventListener("dragleave", leave);
	addEventListener("dragover", over);
	addEventListener("drop", drop);
	addEventListener("paste", paste);
	return () => {
		removeEventListener("dragenter", enter);
		removeEventListener("dragleave", leave);
		removeEventListener("dragover", over);
		removeEventListener("drop", drop);
		removeEventListener("paste", paste);
	};
}
