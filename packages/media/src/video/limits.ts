/** Limits shared by every video decoder. */

/** Largest frame that is decoded or produced, px: 8192×8192, twice an 8K frame. */
export const MAX_FRAME_PIXELS = 2 ** 26;
/** Seconds without progress after which a decoder is abandoned. */
export const DEFAULT_TIMEOUT_SECONDS = 30;
/** Maximum bytes read of sample tables and indexes; enough for 24 hours at 120 frames per second. */
export const MAX_TABLE_BYTES = 256 * 1024 * 1024;
