/** Text of the scripts that exports contain: quoting for the shell, literals for Python. */

/** A word for a POSIX shell, quoted where needed. */
export function shellWord(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command line with its options one per line: `--name value`. `true` writes the bare flag. */
export function commandLines(
	command: string,
	options: Readonly<Record<string, string | number | true>>,
): string {
	const lines = Object.entries(options).map(([name, value]) =>
		value === true ? `--${name}` : `--${name} ${shellWord(String(value))}`,
	);
	return [command, ...lines].join(" \\\n  ");
}

export type PythonValue =
	| string
	| number
	| boolean
	| null
	| readonly PythonValue[]
	| { readonly [key: string]: PythonValue };

/** A Python literal. JSON strings are Python strings, except for the escapes of lone surrogates. */
export function pythonLiteral(value: PythonValue): string {
	if (value === null) return "None";
	if (typeof value === "boolean") return value ? "True" : "False";
	if (typeof value === "number" || typeof value === "string") return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
	const entries = Object.entries(value).map(
		([key, each]) => `${JSON.stringify(key)}: ${pythonLiteral(each)}`,
	);
	return `{${entries.join(", ")}}`;
}
