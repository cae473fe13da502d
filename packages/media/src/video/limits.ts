/** Limits that hold for every decoder of video. */

/** Largest picture that is decoded or made, px: 8192×8192, twice an 8K frame. */
export const MAX_FRAME_PIXELS = 2 ** 26;
/** Seconds without any progress after which a decoder is given up. */
export const DEFAULT_TIMEOUT_SECONDS = 30;
/** Most bytes read of sample tables and indexes: those of a day of film at 120 frames per second fit. */
export const MAX_TABLE_BYTES = 256 * 1024 * 1024;
