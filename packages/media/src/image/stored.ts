/** What the reader of one format returns: the fields of the header as stored, not yet validated. */

export interface StoredImage {
	/** px. */
	readonly width: number;
	/** px. */
	readonly height: number;
	/** EXIF orientation still to be applied, 1 (none) to 8. */
	readonly orientation: number;
}
