/**
 * Headers of images and videos, frames of videos: listed, chosen, and decoded in a browser. Runs anywhere; files are in
 * node.ts.
 */

export {
	type HeaderOptions,
	type ImageHeader,
	readImageHeader,
	readImageHeaderFrom,
} from "./image/image.ts";
export { type ByteSource, blobSource, bytesSource } from "./reading.ts";
export {
	IMAGE_FORMATS,
	type ImageFormat,
	VIDEO_FORMATS,
	type VideoFormat,
} from "./sniff.ts";
export { attention, type BitCostOptions, changeCosts, sampleByBitCost } from "./video/bit-cost.ts";
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
export type { MissingFrame, PictureOptions, Video, VideoFrame } from "./video/video.ts";
export { openVideoBlob } from "./video/webcodecs.ts";
