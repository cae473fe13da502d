/**
 * How a command loads image files: as stored or rotated upright, by the user's choice or like the reference being
 * followed.
 */

import type { AnyCounter } from "@onevision/api";
import { nearest, OnevisionError } from "@onevision/base";
import type { Parity } from "@onevision/core";
import { type Backend, LOADINGS, type Loading, type LoadingRule, loadingOf } from "@onevision/media";
import type { FoundMedia } from "@onevision/media/node";
import type { Terminal } from "../terminal.ts";

export interface LoadingCommand {
	readonly loading?: string;
	/** Rotate images and videos upright, whatever the reference does. */
	readonly applyOrientation?: boolean;
}

/** The chosen way of loading, as options for reading headers and pixels. */
export interface FileLoading {
	readonly loading: Loading;
	/** The reference this follows; absent if the user chose. */
	readonly by?: string;
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
}

/** Throws `invalid-input` for an unknown way of loading, and for two contradictory ones. */
export function resolveLoading(
	{ loading: asked, applyOrientation = false }: LoadingCommand,
	rule: LoadingRule | undefined,
): FileLoading {
	const known = asked === undefined ? undefined : knownLoading(asked);
	if (applyOrientation && known === "stored") {
		throw new OnevisionError(
			"invalid-input",
			"--loading stored and --apply-orientation: leave out one of them",
		);
	}
	const chosen = known ?? (applyOrientation ? "upright" : undefined);
	const loading = chosen ?? rule?.loading ?? "stored";
	return {
		loading,
		...(chosen !== undefined || rule === undefined ? {} : { by: rule.by }),
		applyOrientation: loading === "upright",
		applyRotation: applyOrientation,
	};
}

function knownLoading(asked: string): Loading {
	const found = LOADINGS.find((name) => name === asked);
	if (found !== undefined) return found;
	const hint = nearest(asked, LOADINGS);
	throw new OnevisionError(
		"invalid-input",
		`--loading ${asked}: expected ${LOADINGS.join(" or ")}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
	);
}

/** The reference that a counter follows. No provider of a closed model documents how it handles orientation. */
export function loadingRuleOf({ kind, settings }: AnyCounter): LoadingRule | undefined {
	return kind === "open" ? loadingOf(settings.parity as Parity) : undefined;
}

/** The transformers processor on one of its backends. */
export function loadingRuleOn(backend: Backend): LoadingRule {
	return loadingOf("transformers", backend);
}

/** EXIF orientation of an image as stored, 1 if there is none. Videos have a rotation instead. */
export function storedOrientation({ header }: Pick<FoundMedia, "header">): number {
	return header.kind === "image" ? (header.appliedOrientation ?? header.orientation) : 1;
}

/** Reports how files with a stored orientation were loaded, in one line for all. */
export function noteTurned(
	terminal: Terminal,
	files: readonly { readonly name: string; readonly orientation: number }[],
	{ loading, by }: FileLoading,
): void {
	const turned = files.filter(({ orientation }) => orientation !== 1);
	const [first] = turned;
	if (first === undefined) return;
	const which =
		turned.length === 1
			? `${first.name} is stored turned (EXIF orientation ${first.orientation})`
			: `${turned.length} images are stored turned, such as ${first.name} (EXIF orientation ${first.orientation})`;
	const as = `${loading === "stored" ? "taken as stored" : "turned upright"}${by === undefined ? "" : `, as ${by} does`}`;
	const other = LOADINGS.find((name) => name !== loading) ?? loading;
	terminal.err(
		`onevision: ${which}: ${as}; --loading ${other} ${other === "stored" ? "leaves" : "turns"} ${turned.length === 1 ? "it" : "them"}${other === "stored" ? " as stored" : " upright"}\n`,
	);
}
