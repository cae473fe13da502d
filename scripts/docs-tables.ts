/** Tables of the documentation that come from the code, by the name of their block. */

import {
	CHECKPOINT_IDS,
	CHECKPOINTS,
	FAMILIES,
	type FamilyId,
	familyById,
	HARDWARE,
	type Hardware,
	type JsonSchema,
	planRequestSchema,
	RULES,
	SKILLS,
} from "@onevision/core";

export const GENERATED = {
	families: () =>
		markdownTable(
			["Family", "Takes", "Counted as", "Settings", "Checkpoints"],
			(Object.keys(FAMILIES) as FamilyId[]).map((id) => {
				const family = familyById(id);
				return [
					`\`${id}\` ${family.title}`,
					family.scenarios.join(", "),
					family.parities.join(", "),
					Object.keys(family.settings)
						.map((key) => `\`${key}\``)
						.join(" ") || "none",
					String(CHECKPOINT_IDS.filter((checkpoint) => CHECKPOINTS[checkpoint].family === id).length),
				];
			}),
		),
	"plan-request": () => markdownTable(["Key", "Type", "Meaning"], schemaRows(planRequestSchema.json, "")),
	rules: () =>
		markdownTable(
			["Rule", "", "Why", "Source"],
			Object.entries(RULES).map(([id, { severity, reason, source }]) => [
				`\`${id}\``,
				severity,
				reason,
				source,
			]),
		),
	skills: () =>
		markdownTable(
			["Skill", "Transfers from", "Data it needs", "How to probe it", "Source"],
			Object.values(SKILLS).map(({ title, from, data, probe, source }) => [
				title,
				from.join(", "),
				data,
				probe,
				source,
			]),
		),
	hardware: () =>
		markdownTable(
			["Id", "Peak", "Memory", "Bandwidth", "USD per hour", "Source"],
			Object.entries(HARDWARE as Readonly<Record<string, Hardware>>).map(([id, row]) => [
				`\`${id}\``,
				`${(row.flopsPerSecond / 1e12).toFixed(0)} TFLOP/s ${row.precision}`,
				`${(row.memoryBytes / 1e9).toFixed(0)} GB`,
				`${(row.bandwidthBytesPerSecond / 1e12).toFixed(2)} TB/s`,
				row.pricePerHour === undefined ? "" : row.pricePerHour.value.toFixed(2),
				row.pricePerHour === undefined ? row.source : `${row.source}; price: ${row.pricePerHour.source}`,
			]),
		),
} as const satisfies Record<string, () => string>;

function schemaRows(schema: JsonSchema, path: string): string[][] {
	const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
	return Object.entries(properties).flatMap(([key, field]) => {
		const name = path === "" ? key : `${path}.${key}`;
		const rows = [[`\`${name}\``, typeOf(field), String(field.description ?? "")]];
		const inner = field.type === "array" ? (field.items as JsonSchema) : field;
		const suffix = field.type === "array" ? `${name}[]` : name;
		return [...rows, ...(inner.properties === undefined ? [] : schemaRows(inner, suffix))];
	});
}

function typeOf(field: JsonSchema): string {
	if (Array.isArray(field.enum)) return field.enum.map((value) => `\`${value}\``).join(" or ");
	if (Array.isArray(field.anyOf)) return field.anyOf.map((each) => typeOf(each as JsonSchema)).join(", or ");
	if (field.minimum !== undefined) return `${field.type}, ${field.minimum} to ${field.maximum}`;
	return String(field.type);
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
	return [line(head), `|${head.map(() => " --- ").join("|")}|`, ...rows.map(line)].join("\n");
}
