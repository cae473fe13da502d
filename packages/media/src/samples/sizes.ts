/** Media given as sizes: `1920x1080` and `1280x720@30:12.5`. */

import { OnevisionError } from "@onevision/base";
import type { ImageItem, VideoItem } from "@onevision/core";

/** `WxH` → an image; `label` names it in messages. Throws `invalid-input`. */
export function parseImageSize(text: string, label = text): ImageItem {
	const match = /^(\d+)[x×](\d+)$/i.exec(text.trim());
	if (match === null) {
		throw new OnevisionError("invalid-input", `${label}: expected WxH in px, e.g. 1920x1080`);
	}
	return { kind: "image", width: Number(match[1]), height: Number(match[2]) };
}

/** `WxH@FPS:SECONDS` → a video of round(fps · seconds) frames; `label` names it in messages. Throws `invalid-input`. */
export function parseVideoSize(text: string, label = text): VideoItem {
	const match = /^(\d+)[x×](\d+)@(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/i.exec(text.trim());
	if (match === null) {
		throw new OnevisionError("invalid-input", `${label}: expected WxH@FPS:SECONDS, e.g. 1280x720@30:12.5`);
	}
	const fps = Number(match[3]);
	const frames = Math.round(fps * Number(match[4]));
	if (frames < 1) {
		throw new OnevisionError("invalid-input", `${label}: no frames in that time; give a longer clip`);
	}
	return { kind: "video", width: Number(match[1]), height: Number(match[2]), frames, fps };
}
