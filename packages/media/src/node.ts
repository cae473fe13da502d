/** Node entry: everything in index.ts, plus headers of files and folders by path, decoding, encoding and batches. */

export { type BatchOptions, type BatchResult, preprocessSamples } from "./batch/batch.ts";
export { readClip } from "./batch/clip.ts";
export { type DecodeOptions as FileDecodeOptions, readImage } from "./batch/files.ts";
export {
	type BatchPlan,
	type OneBatch,
	type OneBatchOptions,
	planBatch,
	preprocessBatch,
} from "./batch/one-batch.ts";
export { decodeImage } from "./decode/node.ts";
export { encodePng } from "./encode.ts";
export { type FileHeaderOptions, readHeader } from "./file.ts";
export {
	type FindOptions,
	type FoundMedia,
	findMedia,
	type LeftOut,
	type LeftOutReason,
	type MediaFound,
} from "./find.ts";
export { type MediaHeader, readMediaHeader, storedOrientation } from "./header.ts";
export * from "./index.ts";
export { withPath } from "./reading.ts";
export { type EncodedMedium, resizeEncoded } from "./resize-encoded.ts";
export { isManifest, type Manifest, readManifest } from "./samples/manifest.ts";
export { type Grouping, mediaItemOf, type SampleFiles, samplesOf } from "./samples.ts";
export { type SizedMedia, sizeOfBytes, sizeOfFileIn } from "./sized-media.ts";
export { MAX_THINNED_FRAMES, thinnedItem, thinVideo } from "./thin-video.ts";
export { type OpenVideoOptions, openVideo, VIDEO_DECODERS, type VideoDecoderName } from "./video/open.ts";
