/** The example media: their facts are read when the page is built, their bytes loaded when they are looked at. */

import type { HeaderFacts } from "./header.ts";

export interface ExampleItem {
	readonly name: string;
	/** Address of the file and of its thumbnail, relative to the page. */
	readonly path: string;
	readonly thumbnail: string;
	readonly facts: HeaderFacts;
}

/** One request: a single file, or the images of a folder together. */
export interface Example {
	readonly id: string;
	readonly name: string;
	readonly items: readonly ExampleItem[];
}

/** Filled in by the build (`build/example-media.ts`). */
declare const __EXAMPLE_MEDIA__: readonly Example[];

export const EXAMPLES: readonly Example[] = __EXAMPLE_MEDIA__;
