/** What this package knows of a family: how its processor in transformers turns pixels into tensors. */

import type { ConstantsOf, FamilyId, Parity, Settings } from "@onevision/core";
import type { CollateClips, CollateImages } from "../preprocess/collate.ts";
import type { PlanViews } from "../preprocess/plan-views.ts";
import type { FloatType } from "../preprocess/tensor.ts";
import type { Filter } from "../resample/filters.ts";

/** The processor of one medium: from a layout to views, from views to tensors. */
export interface MediumProcessor<Constants, Collate> {
	readonly planViews: PlanViews;
	/** The collation of a checkpoint with these constants, under these settings. */
	collate(constants: Constants, settings: Settings): Collate;
}

/**
 * One family's processor. Geometry is the layout's, which core computes; normalization is the checkpoint's. Sources, unless a
 * file names others: transformers 5.18 models/NAME/image_processing_NAME.py and video_processing_NAME.py.
 */
export interface PixelFamily<Constants> {
	/** Resampling filter of checkpoints that name none. */
	readonly filter: Filter;
	/** Whether values are rescaled and normalized in bfloat16 instead of float32. Default false. */
	readonly inBfloat16?: boolean;
	/**
	 * For processors that resize to `size` and crop to `crop_size`: the side both must have, px, and whether `do_pad` pads
	 * to a square first. Checkpoints that say otherwise are refused.
	 */
	readonly view?: { side(constants: Constants): number; readonly padsFirst: boolean };
	/** Whether `do_pad` pads a batch to one size, so that without it there is no single tensor. Default false. */
	readonly padsBatch?: boolean;
	/** Type of the tensors when none is asked for. Default float32. */
	readonly dtype?: FloatType;
	/** Other references that cut the same views as transformers, though their pixels may differ. Default none. */
	readonly viewGeometrySharedWith?: readonly Parity[];
	/** Whether transformers has a Pillow image processor beside the torchvision one. Default true. */
	readonly hasPillow?: boolean;
	readonly image: MediumProcessor<Constants, CollateImages>;
	/** Absent for families without video. */
	readonly video?: MediumProcessor<Constants, CollateClips>;
}

/** The processor of the family with this id, its constants typed. */
export interface PixelFamilyOf<Id extends FamilyId> extends PixelFamily<ConstantsOf<Id>> {}
