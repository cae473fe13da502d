/** Chooses a model: a dialog with a search field over every open and closed model. */

import { allModelIds, apiModelById, resolveApiModelId } from "@onevision/api";
import { formatInteger } from "@onevision/base";
import { checkpointById, familyById, isCheckpointName, resolveCheckpointId } from "@onevision/core";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { titleOf } from "../state/model.ts";
import { useKeys } from "./use-keys.ts";

interface ListedModel {
	readonly id: string;
	readonly title: string;
	/** The family of an open model, the provider of a closed one. */
	readonly group: string;
	readonly contextTokens?: number | undefined;
	/** What a search looks through. */
	readonly words: string;
}

let listed: readonly ListedModel[] | undefined;

function allModels(): readonly ListedModel[] {
	listed ??= allModelIds().map(listModel);
	return listed;
}

function listModel(id: string): ListedModel {
	if (isCheckpointName(id)) {
		const { title, family, contextTokens, aliases } = checkpointById(resolveCheckpointId(id));
		const group = familyById(family).title;
		return { id, title, group, contextTokens, words: [id, title, group, ...aliases].join(" ").toLowerCase() };
	}
	const { title, provider, contextTokens } = apiModelById(resolveApiModelId(id));
	const group = `${provider} (closed)`;
	return {
		id,
		title,
		group,
		contextTokens: contextTokens?.value,
		words: `${id} ${title} ${group}`.toLowerCase(),
	};
}

function searchModels(text: string): readonly ListedModel[] {
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	return allModels().filter((model) => words.every((word) => model.words.includes(word)));
}

export function ModelPicker({
	value,
	label,
	onPick,
	isMarked = (id) => id === value,
	closesOnPick = true,
}: {
	readonly value?: string;
	/** The button's words; the model's title by default. */
	readonly label?: string;
	readonly onPick: (id: string) => void;
	readonly isMarked?: (id: string) => boolean;
	readonly closesOnPick?: boolean;
}) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [isOpen, setOpen] = useState(false);
	const open = (): void => {
		setOpen(true);
		dialog.current?.showModal();
	};
	return (
		<>
			<button type="button" class={label === undefined ? "picker" : ""} aria-haspopup="dialog" onClick={open}>
				{label ?? (
					<>
						<span class="visually-hidden">Model: </span>
						{value === undefined ? "" : titleOf(value)}
						<i aria-hidden="true">▾</i>
					</>
				)}
			</button>
			<dialog
				ref={dialog}
				class="models"
				aria-label="Choose a model"
				onClose={() => setOpen(false)}
				onClick={(event) => {
					if (event.target === dialog.current) dialog.current?.close();
				}}
				onKeyDown={(event) => event.key === "Escape" && dialog.current?.close()}
			>
				{isOpen && (
					<ModelList
						isMarked={isMarked}
						onPick={(id) => {
							onPick(id);
							if (closesOnPick) dialog.current?.close();
						}}
						onClose={() => dialog.current?.close()}
					/>
				)}
			</dialog>
		</>
	);
}

function ModelList({
	onPick,
	onClose,
	isMarked,
}: {
	readonly onPick: (id: string) => void;
	readonly onClose: () => void;
	readonly isMarked: (id: string) => boolean;
}) {
	const [text, setText] = useState("");
	const field = useRef<HTMLInputElement>(null);
	const list = useRef<HTMLDivElement>(null);
	const inner = useRef<HTMLDivElement>(null);
	useEffect(() => {
		field.current?.focus();
		list.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "center" });
	}, []);
	const groups = useMemo(() => groupsOf(searchModels(text)), [text]);
	const step = (event: KeyboardEvent): void => {
		if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
		event.preventDefault();
		const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
		const place = buttons.indexOf(document.activeElement as HTMLButtonElement);
		const next = place + (event.key === "ArrowDown" ? 1 : -1);
		if (next < 0) field.current?.focus();
		else buttons[next]?.focus();
	};
	useKeys(inner, step);
	return (
		<div class="models-inner" ref={inner}>
			<div class="models-head">
				<input
					ref={field}
					type="search"
					placeholder="Search: qwen 7b, gpt, video"
					aria-label="Search models"
					value={text}
					onInput={(event) => setText(event.currentTarget.value)}
				/>
				<button type="button" onClick={onClose}>
					Close
				</button>
			</div>
			<div class="models-list" ref={list}>
				{groups.length === 0 && <p class="empty">No model has all of these words.</p>}
				{groups.map(([group, models]) => (
					<section key={group} aria-label={group}>
						<h3>{group}</h3>
						<ul>
							{models.map(({ id, title, contextTokens }) => (
								<li key={id}>
									<button type="button" aria-pressed={isMarked(id)} onClick={() => onPick(id)}>
										<span>{title}</span>
										<small>
											{contextTokens === undefined ? "" : `${formatInteger(contextTokens)} tokens`}
										</small>
									</button>
								</li>
							))}
						</ul>
					</section>
				))}
			</div>
		</div>
	);
}

function groupsOf(models: readonly ListedModel[]): [string, ListedModel[]][] {
	const groups = new Map<string, ListedModel[]>();
	for (const model of models) groups.set(model.group, [...(groups.get(model.group) ?? []), model]);
	return [...groups];
}
