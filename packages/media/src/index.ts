/**
 * Images and videos: reads headers without decoding; lists and chooses frames, and decodes them in a browser; resizes
 * and processes pixels bit for bit like the reference processors. Runs anywhere; node.ts adds files.
 */

export type { DecodeOptions } from "./decode/limits.ts";
export { decodeImageBlob } from "./decode/web.ts";
export { PIXEL_FAMILIES, type PixelFamilyId, sharesViewGeometry } from "./families/index.ts";
export {
	type HeaderOptions,
	type ImageHeader,
	readImageHeader,
	readImageHeaderFrom,
} from "./image/image.ts";
export {
	type AskedLoading,
	type FileLoading,
	LOADINGS,
	type Loading,
	type LoadingRule,
	loadingOf,
	resolveLoading,
} from "./loading/loading.ts";
export type { Tensors } from "./preprocess/pieces.ts";
export {
	type Clip,
	createProcessor,
	type ProcessedBatch,
	type Processor,
	type ProcessorOptions,
	TRANSFORMERS_VERSION,
} from "./preprocess/processor.ts";
export { StageRenderer } from "./preprocess/render.ts";
export {
	FLOAT_TYPES,
	type FloatTensor,
	type FloatType,
	type IntegerTensor,
	type ProcessedTensor,
} from "./preprocess/tensor.ts";
export {
	fullView,
	fullWindow,
	type ResizeStage,
	type Rgb,
	resizeWhole,
	tileViews,
	type View,
	type ViewPlan,
	type Window,
} from "./preprocess/view-plan.ts";
export { type ByteSource, blobSource, bytesSource, type SyncByteSource } from "./reading.ts";
export { FILTERS, type Filter } from "./resample/filters.ts";
export { type ResizeOptions, resize } from "./resample/resize.ts";
export { BACKENDS, type Backend } from "./resample/weights.ts";
export { type RgbImage, rgbImage } from "./rgb-image.ts";
export { type Line, MAX_LINE_BYTES, readLines } from "./samples/lines.ts";
export { readSampleLine, type SampleLine, sampleLineSchema } from "./samples/sample-line.ts";
export { parseImageSize, parseVideoSize } from "./samples/sizes.ts";
export {
	IMAGE_FORMATS,
	type ImageFormat,
	VIDEO_FORMATS,
	type VideoFormat,
} from "./sniff.ts";
export { type BitCostOptions, changeCosts, frameImportance, sampleByBitCost } from "./video/bit-cost.ts";
export type { FrameIndex, RawPacket, TimeBase, VideoPacket } from "./video/frame-index.ts";
export {
	readVideoHeader,
	type VideoHeader,
	type VideoHeaderOptions,
} from "./video/header.ts";
export { readFrameIndex } from "./video/read-index.ts";
export {
	chooseFrames,
	frameAt,
	SAMPLING_STRATEGIES,
	type Sampling,
	type SamplingStrategy,
} from "./video/sampling.ts";
export { SAMPLING_REFERENCES, type SamplingReference } from "./video/sampling-references.ts";
export type { FrameOptions, MissingFrame, Video, VideoFrame } from "./video/video.ts";
export { openVideoBlob } from "./video/webcodecs.ts";
