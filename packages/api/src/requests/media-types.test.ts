/** Formats and declared types that each provider accepts, from its page or its error message. */

import { expect, test } from "vitest";
import { PROVIDERS, type Provider } from "../providers/provider.ts";
import { checkMediaType } from "./media-types.ts";

const check = (provider: Provider, kind: "image" | "video", declared: string | undefined, format: string) => {
	const { breaches, notes } = checkMediaType(
		{ title: "Model", provider },
		{
			kind,
			path: "p",
			reference: { kind: "data", mimeType: "", bytes: new Uint8Array(1) },
			...(declared === undefined ? {} : { declaredType: declared }),
			settings: {},
		},
		0,
		{
			media:
				kind === "image" ? { kind, width: 9, height: 9 } : { kind, width: 9, height: 9, frames: 9, fps: 1 },
			format,
		},
	);
	for (const { source } of breaches) expect(source).toMatch(/^https:/);
	return [...breaches.map(({ limit }) => limit), ...notes.map(() => "note")].join(" ");
};

test.each([
	["anthropic", "image", "image/jpeg", "jpeg", ""],
	["anthropic", "image", "image/png", "jpeg", "declared-type"],
	["anthropic", "image", "image/jpg", "jpeg", "declared-type"],
	["anthropic", "image", undefined, "jpeg", "declared-type"],
	["anthropic", "image", "image/bmp", "bmp", "format declared-type"],
	["openai", "image", "image/png", "jpeg", "note"],
	["openai", "image", "image/jpg", "jpeg", ""],
	["openai", "image", undefined, "jpeg", ""],
	["openai", "image", "image/bmp", "bmp", "format"],
	["google", "image", "image/jpeg", "jpeg", ""],
	["google", "image", "image/heif", "heic", ""],
	["google", "image", "image/jpg", "jpeg", "declared-type"],
	["google", "image", "image/gif", "gif", "format declared-type"],
	["google", "image", "image/png", "jpeg", "note"],
	["google", "video", "video/quicktime", "mov", ""],
	["google", "video", "video/3gpp", "mp4", ""],
	["google", "video", "video/mp4", "mov", "note"],
	["google", "video", "video/x-matroska", "mkv", "format declared-type"],
	["xai", "image", "image/webp", "webp", "format"],
	["amazon", "image", "image/gif", "gif", ""],
	["amazon", "video", "video/avi", "avi", "format"],
	// No formats are confirmed for this provider.
	["mistral", "image", "image/bmp", "bmp", ""],
	["alibaba", "image", "image/png", "jpeg", "note"],
] as const)("%s: %s declared as %s, bytes of %s: %s", (provider, kind, declared, format, expected) => {
	expect(check(provider, kind, declared, format)).toBe(expected);
});

test("what every provider takes is plain everywhere", () => {
	for (const provider of PROVIDERS) expect(check(provider, "image", "image/png", "png")).toBe("");
});

test("a file elsewhere, of unknown format, is held to its declared type alone", () => {
	const media = {
		kind: "image",
		path: "p",
		reference: { kind: "url", url: "https://example.org/a" },
		settings: {},
	} as const;
	const model = { title: "Model", provider: "google" } as const;
	expect(checkMediaType(model, media, 0, undefined)).toEqual({ breaches: [], notes: [] });
	expect(checkMediaType(model, { ...media, declaredType: "image/gif" }, 0, undefined).breaches).toMatchObject(
		[{ limit: "declared-type", item: 0, path: "p" }],
	);
});
