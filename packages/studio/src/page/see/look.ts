/** How panels are painted: the layers a person switches, and the colors of the theme. */

import { computed, signal } from "@preact/signals";
import { isDark } from "../state/theme.ts";
import type { Layers, Palette } from "./paint.ts";

export const layers = signal<Layers>({ tiles: true, patches: false, tokens: true });

export const LAYER_NAMES = {
	tiles: "Tiles",
	patches: "Patches",
	tokens: "Tokens",
} as const satisfies Record<keyof Layers, string>;

const LIGHT: Palette = {
	padding: "#e9ebf0",
	stripe: "#c9ced8",
	tile: "#1550c8",
	token: "rgba(234, 88, 12, 0.6)",
	patch: "rgba(255, 255, 255, 0.55)",
	dropped: "#d92d20",
	veil: "rgba(251, 251, 249, 0.72)",
	label: "#ffffff",
};

const DARK: Palette = {
	...LIGHT,
	padding: "#262a33",
	stripe: "#3b414e",
	tile: "#5b8dff",
	token: "rgba(255, 146, 72, 0.65)",
	dropped: "#ff6b5e",
	veil: "rgba(15, 17, 21, 0.72)",
	label: "#0b1020",
};

export const palette = computed<Palette>(() => (isDark.value ? DARK : LIGHT));
