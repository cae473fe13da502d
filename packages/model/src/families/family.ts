/** What the product knows of a family in order to run it. */

import type { ItemLayout, PoolingMode, Settings } from "@onevision/core";
import type { PartName, PartPrefix } from "../weights/names.ts";

/** How the features of each view are pooled; stride 1 keeps them. */
export interface Pooling {
	readonly stride: number;
	readonly mode: PoolingMode;
}

/** A tower over views of one size and a projector, with the class defaults of the configuration. */
export interface TilesForm {
	readonly form: "tiles";
	readonly tower: "siglip_vision_model" | "clip_vision_model";
	readonly featureLayer: number;
	readonly selectStrategy: "default" | "full";
	/**
	 * Whether frames are pooled between tower and projector, as config.json says (`spatial_pool_stride`,
	 * `spatial_pool_mode`). Default false: what is pooled is projected before.
	 */
	readonly poolsFramesFirst?: boolean;
}

/** A tower over views of any size, whose merger is the projector. */
interface NativeForm {
	readonly form: "native";
}

export interface ModelFamily {
	/** Where the packing and the tensor names were read. */
	readonly source: string;
	readonly vision: TilesForm | NativeForm;
	readonly placeholders: { readonly image: number; readonly video?: number };
	/** Where the tensors of each part are, by everyone who has written such files. */
	readonly parts: Readonly<Record<PartName, readonly PartPrefix[]>>;
	/** Whether there is a learned embedding for row ends. */
	readonly hasNewline: boolean;
	/** How projected features are pooled. `images` is the number of images in the sample. */
	pooling(layout: ItemLayout, settings: Settings, images: number): Pooling;
}

/** Features are packed as they are projected. */
export const UNPOOLED: Pooling = { stride: 1, mode: "average" };
