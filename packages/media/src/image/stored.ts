/** What a format's reader returns: header fields as stored, not yet validated. */

export interface StoredImage {
	/** px. */
	readonly width: number;
	/** px. */
	readonly height: number;
	/** EXIF orientation still to apply, 1 (none) to 8. */
	readonly orientation: number;
}
