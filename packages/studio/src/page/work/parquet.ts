/** Parquet of a file dropped on the page. */

import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";

export { parquetMetadataAsync, parquetReadObjects };

/** Reads ranges of a file as they are asked for. */
export function asyncBufferFrom(file: File): AsyncBuffer {
	return {
		byteLength: file.size,
		slice: (start, end) => file.slice(start, end).arrayBuffer(),
	};
}
