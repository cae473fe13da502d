/**
 * Headers of images and videos: size, orientation, frames and rate, without decoding;
 * drawing on decoded pictures. Runs anywhere; files are in node.ts.
 */

export * from "./draw/index.ts";
export {
	type HeaderOptions,
	type ImageHeader,
	readImageHeader,
	readImageHeaderFrom,
} from "./image/image.ts";
export { type Picture, picture } from "./picture.ts";
export { type ByteSource, blobSource, bytesSource } from "./reading.ts";
export {
	IMAGE_FORMATS,
	type ImageFormat,
	VIDEO_FORMATS,
	type VideoFormat,
} from "./sniff.ts";
export {
	readVideoHeader,
	type VideoHeader,
	type VideoHeaderOptions,
} from "./video.ts";
