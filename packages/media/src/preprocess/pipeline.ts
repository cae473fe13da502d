/** The processing pipeline of one medium: plans views, renders them, and collates them into tensors. */

import type { ItemLayout } from "@onevision/core";
import type { ResizeOptions } from "../resample/resize.ts";
import { type Normalization, normalizationTables } from "./normalization.ts";
import type { Rendering } from "./pieces.ts";
import type { PlanViews } from "./plan-views.ts";
import type { FloatType } from "./tensor.ts";
import { BLACK, type Rgb, type ViewPlan } from "./view-plan.ts";

export class Pipeline<Collate> {
	readonly collate: Collate;
	readonly rendering: Rendering;
	readonly #planViews: PlanViews;
	readonly #meanColor: Rgb;

	constructor(
		planViews: PlanViews,
		collate: Collate,
		normalization: Normalization,
		resize: ResizeOptions,
		dtype: FloatType,
	) {
		this.collate = collate;
		this.rendering = { tables: normalizationTables(normalization, resize.backend, dtype), dtype, resize };
		this.#planViews = planViews;
		this.#meanColor = meanColor(normalization);
	}

	/** How the stages of a view plan are resized. */
	get resize(): ResizeOptions {
		return this.rendering.resize;
	}

	planViews(layout: ItemLayout, images: number): ViewPlan {
		return this.#planViews(layout, { images, meanColor: this.#meanColor });
	}
}

/** The mean as a color, truncated as in the processors. */
function meanColor({ standardize }: Normalization): Rgb {
	if (standardize === undefined) return BLACK;
	const [red, green, blue] = standardize.mean;
	return [Math.trunc(red * 255), Math.trunc(green * 255), Math.trunc(blue * 255)];
}
