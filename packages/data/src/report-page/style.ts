/** The style of the report: light, dark, on paper and at 360 px. */

export const STYLE = `
:root {
	color-scheme: light dark;
	--page: light-dark(#f7f7f4, #0f1115);
	--card: light-dark(#ffffff, #171a21);
	--ink: light-dark(#1b2130, #e9ebf1);
	--soft: light-dark(#565f70, #a3abba);
	--rule: light-dark(#e0e2e6, #2a2f3a);
	--rule-strong: light-dark(#8b93a3, #6f7889);
	--single-image: light-dark(#1550c8, #86adff);
	--multi-image: light-dark(#0b7a4b, #5fd39b);
	--video: light-dark(#c2410c, #ff9d5c);
	--text: light-dark(#6b4fa0, #c0a6f5);
	--neutral: light-dark(#5b6474, #a3abba);
	--marker: light-dark(#b42318, #ff8a7d);
	--on-color: light-dark(#ffffff, #0b1020);
}
*, *::before, *::after { box-sizing: border-box; }
body {
	margin: 0;
	background: var(--page);
	color: var(--ink);
	font: 15px / 1.5 Inter, system-ui, -apple-system, "Segoe UI", sans-serif;
	font-variant-numeric: tabular-nums;
	-webkit-text-size-adjust: 100%;
}
main { max-width: 964px; margin: 0 auto; padding: 32px 16px 48px; }
h1, h2, h3, p, dl, dd, ul, figure { margin: 0; padding: 0; }
h1 { font-size: 26px; line-height: 1.25; letter-spacing: -0.015em; }
h2 { font-size: 17px; line-height: 1.4; }
h3 { font-size: 14px; font-weight: 600; }
h3 span { color: var(--soft); font-weight: 400; }
p { max-width: 76ch; }
.soft { color: var(--soft); }
.sets { list-style: none; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
header { display: grid; gap: 4px; margin-bottom: 20px; }
section {
	background: var(--card);
	border: 1px solid var(--rule);
	border-radius: 10px;
	padding: 20px;
	margin-top: 16px;
	display: grid;
	gap: 14px;
	grid-template-columns: minmax(0, 1fr);
}
.figures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 20px 16px; }
.figures dt { font-size: 13px; color: var(--soft); }
.figures dd { font-size: 24px; font-weight: 600; line-height: 1.3; letter-spacing: -0.01em; }
.figures dd + dd { font-size: 13px; font-weight: 400; letter-spacing: 0; color: var(--soft); line-height: 1.4; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 16px; }
figure { display: grid; gap: 2px; grid-template-columns: minmax(0, 1fr); break-inside: avoid; }
.plot { display: block; width: 100%; height: auto; max-width: 100%; overflow: visible; font: 11px Inter, system-ui, sans-serif; fill: currentColor; }
.plot text { white-space: pre; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; list-style: none; padding: 0; margin: 0; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; background: currentColor; }
.single-image { color: var(--single-image); }
.multi-image { color: var(--multi-image); }
.video { color: var(--video); }
.text { color: var(--text); }
.neutral { color: var(--neutral); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { font-weight: 600; text-align: left; color: var(--soft); vertical-align: bottom; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
tr:last-child > * { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { color: var(--ink); font-weight: 400; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
td .place { display: block; min-width: 220px; }
td:has(.swatch) { white-space: nowrap; }
.suggested > * { font-weight: 600; }
code, .place { font: 12.5px / 1.5 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.examples { list-style: none; display: grid; gap: 4px; border-left: 2px solid var(--rule); padding-left: 12px; font-size: 13px; }
.examples li { display: flex; flex-wrap: wrap; gap: 0 12px; overflow-wrap: anywhere; }
.examples li > * { min-width: 0; }
.reason { display: grid; gap: 4px; break-inside: avoid; }
.reason h3 b { font-weight: 600; }
footer { margin-top: 24px; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; display: grid; gap: 4px; }
@media (max-width: 720px) {
	.wide { display: none; }
	.narrow { display: block; }
	.charts { grid-template-columns: minmax(0, 1fr); }
	main { padding: 20px 8px 32px; }
	section { padding: 16px; border-radius: 8px; }
	h1 { font-size: 22px; }
	.figures { grid-template-columns: 1fr 1fr; }
	.figures dd { font-size: 20px; }
}
@media print {
	@page { margin: 14mm; }
	:root { color-scheme: light; }
	body { background: #ffffff; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
	main { max-width: none; padding: 0; }
	section { border: 0; border-top: 1px solid var(--rule-strong); border-radius: 0; padding: 12px 0; margin-top: 8px; }
	.wide { display: block; }
	.narrow { display: none; }
	.charts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
	h2, h3 { break-after: avoid; }
	tr { break-inside: avoid; }
	.scroll { overflow: visible; }
	table { font-size: 8.5pt; }
	th, td { padding: 3px 8px 3px 0; }
	td .place { min-width: 0; }
}
`;
