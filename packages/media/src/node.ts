/** Headers of files on disk. Everything in index.ts, and one file or a folder of files by path. */

export { type FileHeaderOptions, readHeader } from "./file.ts";
export {
	type FindOptions,
	type FoundMedia,
	findMedia,
	type LeftOut,
	type LeftOutReason,
	type MediaFound,
} from "./find.ts";
export { type MediaHeader, readMediaHeader } from "./header.ts";
export * from "./index.ts";
export { type Grouping, mediaItemOf, type SampleFiles, samplesOf } from "./samples.ts";
export { type OpenVideoOptions, openVideo, VIDEO_DECODERS, type VideoDecoderName } from "./video/open.ts";
