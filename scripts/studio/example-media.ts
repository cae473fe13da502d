/** The example media as the studio's page lists them: facts of their headers, copies of the files, thumbnails. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type MediaHeader, readHeader } from "@onevision/media/node";
import sharp from "sharp";
import type { Example, ExampleItem } from "../../packages/studio/src/page/media/examples.ts";
import type { HeaderFacts } from "../../packages/studio/src/page/media/header.ts";
import { ROOT } from "../files.ts";

const MEDIA = join(ROOT, "examples/media");
/** A browser decodes clips, Node alone does not: their thumbnails are in the repository. */
const POSTERS = join(ROOT, "packages/studio/src/page/posters");
const SIDE = 96;

/** In the order they are shown. */
const SHOWN = [
	"market.jpg",
	"document.png",
	"harbour.jpg",
	"chart.png",
	"screenshot.png",
	"panorama.jpg",
	"stairs.jpg",
	"cameras",
	"before-after",
	"delivery.mp4",
];

export interface BuiltExamples {
	readonly examples: readonly Example[];
	/** By path in the built folder. */
	readonly files: ReadonlyMap<string, Uint8Array>;
}

export async function buildExamples(): Promise<BuiltExamples> {
	const files = new Map<string, Uint8Array>();
	const examples: Example[] = [];
	for (const name of SHOWN) {
		const path = join(MEDIA, name);
		const inside = statSync(path).isDirectory()
			? readdirSync(path)
					.sort()
					.map((file) => join(name, file))
			: [name];
		const items: ExampleItem[] = [];
		for (const file of inside) items.push(await buildItem(file, files));
		examples.push({ id: name.replace(/\.\w+$/, ""), name, items });
	}
	return { examples, files };
}

async function buildItem(file: string, files: Map<string, Uint8Array>): Promise<ExampleItem> {
	const bytes = readFileSync(join(MEDIA, file));
	const header = await readHeader(join(MEDIA, file));
	const path = `media/${file}`;
	const thumbnail = `media/thumbnails/${file.replaceAll("/", "-").replace(/\.\w+$/, "")}.webp`;
	files.set(path, bytes);
	files.set(
		thumbnail,
		header.kind === "video"
			? readFileSync(join(POSTERS, `${basename(file, ".mp4")}.webp`))
			: await sharp(bytes).resize(SIDE, SIDE, { fit: "cover" }).webp({ quality: 70 }).toBuffer(),
	);
	return { name: file, path, thumbnail, facts: factsOf(header) };
}

function factsOf(header: MediaHeader): HeaderFacts {
	const { width, height } = header;
	if (header.kind === "image") return { kind: "image", width, height, turned: header.orientation >= 5 };
	const { frames, fps, hasAudio } = header;
	return { kind: "video", width, height, frames, hasAudio, ...(fps === undefined ? {} : { fps }) };
}
