/** Media as requests give them: a size, an upload, a data URL, a URL, or a file below a root. */

import { MAX_SIDE } from "@onevision/base";
import {
	boolean,
	choice,
	either,
	type Infer,
	integer,
	number,
	object,
	optional,
	type Schema,
	text,
} from "@onevision/base/schema";
import { MAX_FRAMES } from "@onevision/core";

/** Longest data URL accepted, characters; the limit of the body is usually smaller. */
const MAX_DATA_URL = 128 * 1024 * 1024;

const described = object("A medium: its size, or one of data, file, url and path", {
	kind: optional(choice("With a size: what it is", ["image", "video"])),
	width: optional(integer("With a size: width, px", { min: 1, max: MAX_SIDE })),
	height: optional(integer("With a size: height, px", { min: 1, max: MAX_SIDE })),
	frames: optional(integer("With the size of a video: frames of the file", { min: 1, max: MAX_FRAMES })),
	fps: optional(number("With the size of a video: frames per second", { min: 0.001, max: 100_000 })),
	hasAudio: optional(boolean("With the size of a video: whether it has a sound track")),
	data: optional(text("The bytes as a data URL, data:image/png;base64,…", MAX_DATA_URL)),
	file: optional(text("Name of the part of a multipart/form-data body that holds the bytes", 200)),
	url: optional(text("Address of the bytes; fetched only from hosts that the server lists", 8192)),
	path: optional(text("File below a folder that the server was started with (--root)", 4096)),
});

export const mediaInput: Schema<string | Infer<typeof described>> = either(
	text("A size: 1920x1080 for an image, 1280x720@30:12.5 (rate, seconds) for a video", 100),
	described,
);

export type MediaInput = Infer<typeof mediaInput>;
