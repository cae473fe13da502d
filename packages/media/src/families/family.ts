/** What this package knows about a family: how its transformers processor turns pixels into tensors. */

import type { ConstantsOf, FamilyId, Parity, Settings } from "@onevision/core";
import type { CollateClips, CollateImages } from "../preprocess/collate.ts";
import type { PlanViews } from "../preprocess/plan-views.ts";
import type { FloatType } from "../preprocess/tensor.ts";
import type { Filter } from "../resample/filters.ts";

/** The processor of one medium: from a layout to views, and from views to tensors. */
export interface MediumProcessor<Constants, Collate> {
	readonly planViews: PlanViews;
	/** The collation for a checkpoint with these constants and settings. */
	collate(constants: Constants, settings: Settings): Collate;
}

/**
 * One family's processor. core computes the geometry as a layout; the checkpoint gives the normalization. Sources,
 * unless a file names others: transformers 5.18 models/NAME/image_processing_NAME.py and video_processing_NAME.py.
 */
export interface PixelFamily<Constants> {
	/** Resampling filter for checkpoints that name none. */
	readonly filter: Filter;
	/** Whether values are rescaled and normalized in bfloat16 instead of float32. Default false. */
	readonly inBfloat16?: boolean;
	/**
	 * For processors that resize to `size` and crop to `crop_size`: the side both must have, px, and whether `do_pad`
	 * first pads to a square. Checkpoints with other values are rejected.
	 */
	readonly view?: { side(constants: Constants): number; readonly padsFirst: boolean };
	/** Whether `do_pad` pads a batch to a common size, without which there is no single tensor. Default false. */
	readonly padsBatch?: boolean;
	/** Default tensor type. Default float32. */
	readonly dtype?: FloatType;
	/** Other references that cut the same views as transformers, though their pixels may differ. Default none. */
	readonly viewGeometrySharedWith?: readonly Parity[];
	/** Whether transformers has a Pillow image processor in addition to the torchvision one. Default true. */
	readonly hasPillow?: boolean;
	readonly image: MediumProcessor<Constants, CollateImages>;
	/** Absent for families without video. */
	readonly video?: MediumProcessor<Constants, CollateClips>;
}

/** The processor of the family with this id, with typed constants. */
export interface PixelFamilyOf<Id extends FamilyId> extends PixelFamily<ConstantsOf<Id>> {}
