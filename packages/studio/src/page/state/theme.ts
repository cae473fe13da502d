/** Light or dark: as the system says, or as chosen here. */

import { computed, effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

export const THEMES = ["system", "light", "dark"] as const satisfies readonly Theme[];

const KEY = "onevision-studio-theme";

function stored(): Theme {
	try {
		const value = localStorage.getItem(KEY);
		return THEMES.find((theme) => theme === value) ?? "system";
	} catch {
		// Storage may be forbidden; the choice then lasts as long as the page.
		return "system";
	}
}

export const theme = signal<Theme>(stored());

const dark = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(dark.matches);
dark.addEventListener("change", ({ matches }) => {
	systemIsDark.value = matches;
});

export const isDark = computed(() =>
	theme.value === "system" ? systemIsDark.value : theme.value === "dark",
);

effect(() => {
	document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
	try {
		if (theme.value === "system") localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, theme.value);
	} catch {
		// As above.
	}
});
