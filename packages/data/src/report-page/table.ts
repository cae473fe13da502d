/** Tables of the report; they scroll by themselves where the page is too narrow for them. */

import { type Content, type Html, html } from "./html.ts";

export interface Column {
	readonly title: Content;
	/** Numbers are on the right. */
	readonly isNumber?: boolean;
}

export interface TableRow {
	/** The first one names the row. */
	readonly cells: readonly Content[];
	readonly className?: string;
}

export function table(columns: readonly Column[], rows: readonly TableRow[]): Html {
	const classOf = (index: number): string => (columns[index]?.isNumber === true ? "number" : "");
	return html`<div class="scroll"><table>
<thead><tr>${columns.map(({ title }, index) => html`<th scope="col" class="${classOf(index)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
		({ cells: [name, ...cells], className = "" }) =>
			html`<tr class="${className}"><th scope="row" class="${classOf(0)}">${name}</th>${cells.map((cell, index) => html`<td class="${classOf(index + 1)}">${cell}</td>`)}</tr>
`,
	)}</tbody>
</table></div>`;
}
