/** What the product knows of a family in order to run it. */

import type { ItemLayout, PoolingMode, Settings } from "@onevision/core";
import type { PartName, PartPrefix } from "../weights/names.ts";

/** How the features of each view are pooled before they are packed; stride 1 keeps them. */
export interface Pooling {
	readonly stride: number;
	readonly mode: PoolingMode;
}

export interface ModelFamily {
	/** Where the packing and the tensor names were read. */
	readonly source: string;
	/** Class defaults of the configuration. */
	readonly tower: {
		readonly kind: "siglip_vision_model" | "clip_vision_model";
		readonly featureLayer: number;
		readonly selectStrategy: "default" | "full";
	};
	readonly placeholders: { readonly image: number; readonly video?: number };
	/** Where the tensors of each part are, by everyone who has written such files. */
	readonly parts: Readonly<Record<PartName, readonly PartPrefix[]>>;
	/** Whether there is a learned embedding for row ends. */
	readonly hasNewline: boolean;
	/** `images` is the number of images in the sample. */
	pooling(layout: ItemLayout, settings: Settings, images: number): Pooling;
}
