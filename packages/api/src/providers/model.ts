/** The row type of `API_MODELS`: a provider's model, its counting rule by date, its context and its limits. */

import type { Fact } from "@onevision/base";
import type { Provider } from "./provider.ts";
import type { ApiConstantsOf, ApiRuleId } from "./rules.ts";

/** Constants of a rule, in force from a given day. */
export interface RuleVersion<Constants> {
	/** First day in force, `YYYY-MM-DD`; absent means since the model's release. */
	readonly from?: string;
	readonly constants: Constants;
	/** Set if the certainty of the constants differs from the rule's: numbers from an older page, an unlisted budget. */
	readonly exactness?: "inferred";
	/** Parts without a published source: `from`, or constants by name. Absent means none. Shown with every count. */
	readonly unverified?: readonly string[];
	/** Source of the constants. */
	readonly source: string;
}

/** What the provider rejects instead of resizing. Absent fields are not published. */
export interface ApiLimits {
	/** Longest side of an image, px. */
	readonly maxSide?: number;
	/** Shortest side, px. */
	readonly minSide?: number;
	/** Maximum ratio of longest to shortest side. */
	readonly maxRatio?: number;
	/** Maximum images per request, earlier turns included. */
	readonly maxImages?: number;
	/** A smaller `maxSide` for every image once a request holds more than `over` images. */
	readonly manyImages?: { readonly over: number; readonly maxSide: number };
	/** Maximum bytes of one image as sent; `base64` counts the encoded form. */
	readonly maxImageBytes?: { readonly bytes: number; readonly of: "file" | "base64" };
	/** Maximum bytes of all media in a request, in base64. */
	readonly maxRequestBytes?: number;
	readonly source: string;
}

export interface ApiModelOf<R extends ApiRuleId> {
	readonly title: string;
	readonly provider: Provider;
	readonly rule: R;
	/** Other names. Dated snapshots, provider prefixes, `-latest` and `-preview` need no entry. */
	readonly aliases: readonly string[];
	/** Oldest first; the last one is in force today. */
	readonly versions: readonly [
		RuleVersion<ApiConstantsOf<R>>,
		...(readonly RuleVersion<ApiConstantsOf<R>>[]),
	];
	/** Total tokens of input and output. */
	readonly contextTokens?: Fact<number>;
	readonly limits: ApiLimits;
}

/** A model of any provider. */
export type ApiModel = { [R in ApiRuleId]: ApiModelOf<R> }[ApiRuleId];

/** The models of one provider, by id. */
export type ProviderModels = Readonly<Record<string, ApiModel>>;
