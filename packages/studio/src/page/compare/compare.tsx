/** Compare: models side by side on the same requests, and along sizes and durations. */

import { formatDuration, formatInteger, formatSmallDollars } from "@onevision/base";
import { HARDWARE, type HardwareId } from "@onevision/core";
import { entries } from "../media/entries.ts";
import { ModelPicker } from "../parts/model-picker.tsx";
import { NumberField } from "../parts/number-field.tsx";
import { percentText } from "../parts/text.ts";
import { chooseModel, modelId } from "../state/model.ts";
import type { ComparedRow } from "../work/compare.ts";
import { Curves } from "./curves.tsx";
import {
	answerTokens,
	COLUMN_IDS,
	COLUMNS,
	type ColumnId,
	compared,
	comparison,
	filter,
	hardware,
	order,
	pinned,
	promptTokens,
	rows,
	sortBy,
	toggleCompared,
	togglePin,
} from "./state.ts";

export function Compare() {
	const { answer, problem } = comparison.value;
	return (
		<div class="compare">
			<div class="page-heading">
				<div>
					<h1>Models on the same requests</h1>
					<p class="quiet">
						{formatInteger(entries.value.length)} {entries.value.length === 1 ? "request" : "requests"}, each
						as it would be sent; settings are the models' own, yours for the one in use.
					</p>
				</div>
				<div class="page-actions">
					<input
						type="search"
						placeholder="Filter: qwen, closed"
						aria-label="Filter models"
						value={filter.value}
						onInput={(event) => {
							filter.value = event.currentTarget.value;
						}}
					/>
					<ModelPicker
						label="Choose models"
						onPick={toggleCompared}
						isMarked={(id) => compared.value.includes(id)}
						closesOnPick={false}
					/>
				</div>
			</div>
			{problem !== undefined && <p class="problem-line">{problem}</p>}
			{entries.value.length === 0 ? (
				<p class="empty">There is nothing to compare on. Add images or videos, or type sizes.</p>
			) : answer === undefined ? (
				<p class="empty" role="status">
					Counting under {compared.value.length} models.
				</p>
			) : (
				<Table />
			)}
			<Assumptions />
			{answer !== undefined && <Curves answer={answer} />}
		</div>
	);
}

function Table() {
	const most = rows.value.reduce((largest, { totalTokens = 0 }) => Math.max(largest, totalTokens), 1);
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways must be reachable by keyboard
		<section class="table-room" aria-label="Models compared" tabIndex={0}>
			<table class="models-table">
				<thead>
					<tr>
						<td />
						{COLUMN_IDS.map((column) => (
							<ColumnHead key={column} column={column} />
						))}
					</tr>
				</thead>
				<tbody>
					{rows.value.map((row) => (
						<ModelRow key={row.id} row={row} most={most} />
					))}
				</tbody>
			</table>
			{rows.value.length === 0 && <p class="empty">No compared model has these words.</p>}
		</section>
	);
}

function ColumnHead({ column }: { readonly column: ColumnId }) {
	const { title, unit } = COLUMNS[column];
	const { by, descending } = order.value;
	const isSorted = by === column;
	return (
		<th
			scope="col"
			class={column === "title" ? "" : "number"}
			aria-sort={isSorted ? (descending ? "descending" : "ascending") : "none"}
		>
			<button type="button" onClick={() => sortBy(column)}>
				<span>
					{title}
					<i aria-hidden="true">{isSorted ? (descending ? " ↓" : " ↑") : ""}</i>
				</span>
				<small>{unit}</small>
			</button>
		</th>
	);
}

function ModelRow({ row, most }: { readonly row: ComparedRow; readonly most: number }) {
	const { id, title, totalTokens, maxTokens, contextShare, usdPer1000, firstTokenSeconds, quality } = row;
	const isPinned = pinned.value.includes(id);
	const isCurrent = modelId.value === id;
	return (
		<tr class={isCurrent ? "current" : ""}>
			<td>
				<button
					type="button"
					class="icon pin"
					aria-pressed={isPinned}
					aria-label={`Pin ${title}`}
					onClick={() => togglePin(id)}
				>
					{isPinned ? "★" : "☆"}
				</button>
			</td>
			<th scope="row">
				<button type="button" class="model-name" onClick={() => chooseModel(id)} aria-pressed={isCurrent}>
					{title}
				</button>
				<Remarks row={row} />
			</th>
			<td class="number bar-cell">
				<span class="bar" aria-hidden="true" style={{ width: `${(100 * (totalTokens ?? 0)) / most}%` }} />
				<span>{totalTokens === undefined ? "–" : formatInteger(totalTokens)}</span>
			</td>
			<td class="number">{maxTokens === undefined ? "–" : formatInteger(maxTokens)}</td>
			<td class={contextShare !== undefined && contextShare > 1 ? "number over" : "number"}>
				{contextShare === undefined ? "unknown" : percentText(contextShare)}
			</td>
			<td class="number">{usdPer1000 === undefined ? "unknown" : formatSmallDollars(usdPer1000)}</td>
			<td class="number">
				{firstTokenSeconds === undefined ? "unknown" : formatDuration(firstTokenSeconds)}
			</td>
			<td class="number">
				{row.isQualityBound && "≤ "}
				{percentText(quality)}
			</td>
		</tr>
	);
}

function Remarks({ row }: { readonly row: ComparedRow }) {
	const { isOpen, refused, requests, overContext, accelerators, reason, unverified } = row;
	const remarks = [
		...(isOpen ? [] : ["closed"]),
		...(accelerators !== undefined && accelerators > 1 ? [`on ${accelerators} accelerators`] : []),
		...(overContext > 0 ? [`${overContext} over its context`] : []),
		...(unverified.length > 0 ? ["some facts unverified"] : []),
	];
	return (
		<span class="remarks">
			{remarks.join(" · ")}
			{refused > 0 && (
				<span class="refused" title={reason}>
					{remarks.length > 0 && " · "}
					refuses {refused === requests ? "all" : `${refused} of ${requests}`}
				</span>
			)}
		</span>
	);
}

function Assumptions() {
	return (
		<fieldset class="assumptions">
			<legend class="visually-hidden">Assumptions</legend>
			<label class="field">
				<span>Open models run on</span>
				<select
					value={hardware.value}
					onChange={(event) => {
						hardware.value = event.currentTarget.value as HardwareId;
					}}
				>
					{Object.entries(HARDWARE).map(([id, { name }]) => (
						<option key={id} value={id}>
							{name}
						</option>
					))}
				</select>
			</label>
			<NumberField
				name="Prompt"
				unit="tokens"
				value={promptTokens.value}
				min={0}
				max={10_000_000}
				onChange={(value) => {
					promptTokens.value = value;
				}}
			/>
			<NumberField
				name="Answer"
				unit="tokens"
				value={answerTokens.value}
				min={0}
				max={10_000_000}
				onChange={(value) => {
					answerTokens.value = value;
				}}
			/>
		</fieldset>
	);
}
