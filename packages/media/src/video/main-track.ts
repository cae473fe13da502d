/**
 * Finds the main video track of a file by the rule of FFmpeg's `av_find_best_stream` (libavformat/avformat.c, 8.0).
 * torchcodec calls it, and so do the video processors of transformers 5.18. PyAV and OpenCV take the first track.
 */

export interface TrackFacts {
	/** MP4: enabled (ISO/IEC 14496-12, 8.3.2). MKV: FlagDefault. */
	readonly isDefault: boolean;
	/** Made for viewers with impaired hearing or vision. */
	readonly isForImpaired: boolean;
	/** Frames, counted up to `FRAMES_THAT_MATTER`. */
	readonly frames: number;
	/** Bits per second; 0 if the container does not say. */
	readonly bitRate: number;
}

/** A single frame is a cover or a thumbnail. From this count on, more frames make a track no better. */
export const FRAMES_THAT_MATTER = 5;

/** Index of the main track; ties go to the first. `tracks` holds at least one. */
export function mainTrack(tracks: readonly TrackFacts[]): number {
	let best = 0;
	for (const [place, facts] of tracks.entries()) {
		const other = tracks[best];
		if (other !== undefined && isBetter(rank(facts), rank(other))) best = place;
	}
	return best;
}

function rank({ isDefault, isForImpaired, frames, bitRate }: TrackFacts): readonly number[] {
	return [Number(!isForImpaired) + Number(isDefault), Math.min(frames, FRAMES_THAT_MATTER), bitRate];
}

function isBetter(one: readonly number[], other: readonly number[]): boolean {
	const at = one.findIndex((value, place) => value !== other[place]);
	return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}
