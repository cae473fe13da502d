/**
 * Finds the tensors of a model in a file, whoever named them. A module declares its parameters under one name each; a
 * file has them under one of several prefixes, part by part.
 */

import { nearest, OnevisionError } from "@onevision/base";

/** Parts of a vision-language model, as modules declare them. */
const PARTS = [
	"vision_tower",
	"multi_modal_projector",
	"image_newline",
	"language_model",
	"lm_head",
] as const;
export type PartName = (typeof PARTS)[number];

/** Where a part's tensors may be. */
export interface PartPrefix {
	readonly prefix: string;
	/** Submodules under other names. */
	readonly renamed?: Readonly<Record<string, string>>;
}

/** Tensors of whole models that inference does not read, by the end of their names. */
const UNREAD = [
	// SigLIP's norm and pooling head come after the layer whose output is taken; CLIP's norm likewise.
	/(^|\.)post_layernorm\.(weight|bias)$/,
	/(^|\.)vision_model\.head\./,
	/(^|\.)vision_tower\.head\./,
	/\.position_ids$/,
	/\.rotary_emb\.inv_freq$/,
];

interface Sized {
	readonly shape: readonly number[];
}

/** A parameter that a model declares. */
export interface WantedParameter extends Sized {
	/** `language_model.layers.0.mlp.up_proj.weight` */
	readonly name: string;
}

/** How many names one message lists. */
const MAX_LISTED = 3;

/**
 * The stored name of every wanted parameter. `idle` are names of stored tensors that a part has beyond what is run, for
 * example layers after the one whose features are taken. Throws `unreadable-file`, naming what is missing with the
 * nearest names there are, what nobody asked for, and `shape-mismatch` for tensors of another size.
 */
export function resolveNames(
	wanted: readonly WantedParameter[],
	stored: ReadonlyMap<string, Sized>,
	parts: Readonly<Record<PartName, readonly PartPrefix[]>>,
	label: string,
	idle: (name: string) => boolean = () => false,
): ReadonlyMap<string, string> {
	const chosen = new Map<PartName, PartPrefix>();
	for (const part of PARTS) {
		const names = wanted.filter(({ name }) => isOf(part, name)).map(({ name }) => name);
		const [first, ...others] = parts[part];
		if (names.length === 0 || first === undefined) continue;
		const found = (at: PartPrefix): number =>
			names.filter((name) => stored.has(storedName(part, name, at))).length;
		chosen.set(
			part,
			others.reduce((best, at) => (found(at) > found(best) ? at : best), first),
		);
	}
	const resolved = new Map<string, string>();
	for (const { name } of wanted) {
		const part = PARTS.find((each) => isOf(each, name));
		const at = part && chosen.get(part);
		if (part !== undefined && at !== undefined) resolved.set(name, storedName(part, name, at));
	}
	checkPresence(wanted, resolved, stored, label, idle);
	checkShapes(wanted, resolved, stored, label);
	return resolved;
}

function isOf(part: PartName, name: string): boolean {
	return name === part || name.startsWith(`${part}.`);
}

function storedName(part: PartName, name: string, { prefix, renamed = {} }: PartPrefix): string {
	const rest = name.slice(part.length + 1);
	const [head = "", ...tail] = rest.split(".");
	const own = Object.hasOwn(renamed, head) ? renamed[head] : head;
	return prefix + [own, ...tail].join(".");
}

function checkPresence(
	wanted: readonly WantedParameter[],
	resolved: ReadonlyMap<string, string>,
	stored: ReadonlyMap<string, Sized>,
	label: string,
	idle: (name: string) => boolean,
): void {
	const used = new Set(resolved.values());
	const missing = wanted.flatMap(({ name }) => {
		const at = resolved.get(name) ?? name;
		return stored.has(at) ? [] : [at];
	});
	const unread = [...stored.keys()].filter(
		(name) => !used.has(name) && !UNREAD.some((pattern) => pattern.test(name)) && !idle(name),
	);
	if (missing.length === 0 && unread.length === 0) return;
	const hints = missing.slice(0, MAX_LISTED).map((name) => {
		const hint = nearest(name, unread.length > 0 ? unread : [...stored.keys()]);
		return hint === undefined ? name : `${name} (there is ${hint})`;
	});
	const problems = [
		...(missing.length === 0 ? [] : [`lacks ${listed(hints, missing.length)}`]),
		...(unread.length === 0
			? []
			: [`has ${listed(unread.slice(0, MAX_LISTED), unread.length)}, which this model does not read`]),
	];
	throw new OnevisionError(
		"unreadable-file",
		`${label}: ${problems.join("; it ")}; is config.json that of these weights, and is every shard there?`,
	);
}

function listed(names: readonly string[], count: number): string {
	const shown = names.map((name) => name.slice(0, 120)).join(", ");
	return count > names.length ? `${shown} and ${count - names.length} more` : shown;
}

function checkShapes(
	wanted: readonly WantedParameter[],
	resolved: ReadonlyMap<string, string>,
	stored: ReadonlyMap<string, Sized>,
	label: string,
): void {
	for (const { name, shape } of wanted) {
		const at = resolved.get(name) ?? name;
		const found = stored.get(at);
		if (found === undefined || found.shape.join() === shape.join()) continue;
		throw new OnevisionError(
			"shape-mismatch",
			`${label}: ${at} is [${found.shape.join(", ")}], config.json makes it [${shape.join(", ")}]; they are not of one model`,
		);
	}
}
