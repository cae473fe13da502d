/**
 * The files of a Hugging Face snapshot, and where to find each processor's settings. Since transformers 5 they are
 * nested in processor_config.json; before that they are in separate files. A video processor without its own file is
 * loaded from the image processor's. Source: transformers 5.18 image_processing_base.py (`get_image_processor_dict`),
 * video_processing_utils.py (`get_video_processor_dict`), processing_utils.py.
 */

import { isRecord } from "@onevision/base/schema";
import { type Section, section, show, unsupported } from "./section.ts";
import { word } from "./values.ts";

/** Names of the files that are read. Only the first is required. */
export const SNAPSHOT_FILES = [
	"config.json",
	"preprocessor_config.json",
	"processor_config.json",
	"video_preprocessor_config.json",
] as const;
export type SnapshotFile = (typeof SNAPSHOT_FILES)[number];

/** Parsed JSON of the processors' files by name. */
export type ProcessorFiles = { readonly [Name in Exclude<SnapshotFile, "config.json">]?: unknown };

/** Parsed JSON by file name. */
export type SnapshotFiles = { readonly "config.json": unknown } & ProcessorFiles;

export interface OpenSnapshot {
	/** The folder or repository, if the caller gives it. */
	readonly name?: string;
	/** Names of the known checkpoint behind a repository name, id first. Undefined when none is known. */
	releasedNames(repository: string): readonly string[] | undefined;
	readonly config: Section;
	/** processor_config.json; empty when the file is absent. */
	readonly processor: Section;
	/** Accessing it throws `unsupported` when no file describes an image processor. */
	readonly image: Section;
	/** Throws `unsupported` when no file describes a video processor. */
	video(): Section;
	/** Every opened section that holds a processor's settings. */
	opened(): { readonly image: Section | undefined; readonly video: Section | undefined };
}

/** Locates the sections. Throws `invalid-input` for values that are not objects. */
export function openSnapshot(
	files: SnapshotFiles,
	name: string | undefined,
	releasedNames: OpenSnapshot["releasedNames"],
): OpenSnapshot {
	const config = section("config.json", files["config.json"]);
	const processor = section("processor_config.json", files["processor_config.json"] ?? {}, "values");
	const imageFile = fileSection("preprocessor_config.json", files["preprocessor_config.json"]);
	const nestedImage = processor.child("image_processor", undefined, "values");
	const nestedVideo = processor.child("video_processor", undefined, "values");
	const videoFile = fileSection("video_preprocessor_config.json", files["video_preprocessor_config.json"]);
	const image = nestedImage ?? imageFile;
	const video = nestedVideo ?? videoFile ?? imageFile;
	let opened = false;
	return {
		...(name === undefined ? {} : { name }),
		releasedNames,
		config,
		processor,
		get image() {
			if (image !== undefined) return image;
			throw unsupported(
				"no image processor: preprocessor_config.json is missing, and processor_config.json has no image_processor",
			);
		},
		video: () => {
			opened = true;
			if (video !== undefined) return video;
			throw unsupported(
				"no video processor: video_preprocessor_config.json and preprocessor_config.json are missing, and processor_config.json has no video_processor",
			);
		},
		opened: () => ({ image, video: opened ? video : undefined }),
	};
}

function fileSection(name: string, value: unknown): Section | undefined {
	return value === undefined ? undefined : section(name, value, "values");
}

/**
 * The processor's class name in a section, without its implementation suffix. Undefined when the section names none.
 */
function className(from: Section, key: string): string | undefined {
	const legacy = key === "image_processor_type" ? from.read("feature_extractor_type", word) : undefined;
	const name = from.read(key, word) ?? legacy?.replace("FeatureExtractor", "ImageProcessor");
	return name?.replace(/(Fast|Pil)$/, "");
}

/** Throws `unsupported` when a section names a class that is not in `known`. Returns the name, if given. */
export function expectClass(from: Section, key: string, known: readonly string[]): string | undefined {
	const name = className(from, key);
	if (name === undefined || known.includes(name)) return name;
	throw unsupported(`${from.path} ${key}: ${show(name)} is not one of ${known.join(", ")}`);
}

/** `model_type` of config.json. Undefined when there is none. */
export function modelTypeOf(files: SnapshotFiles): string | undefined {
	const config = files["config.json"];
	const type = isRecord(config) && Object.hasOwn(config, "model_type") ? config.model_type : undefined;
	return typeof type === "string" ? type : undefined;
}
