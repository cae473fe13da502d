/** What a row of `API_MODELS` is: a provider's model, its counting rule by date, its context and its limits. */

import type { Fact } from "@onevision/base";
import type { Provider } from "./provider.ts";
import type { ApiConstantsOf, ApiRuleId } from "./rules.ts";

/** Constants of a rule from one day on. */
export interface RuleVersion<Constants> {
	/** First day it holds, `YYYY-MM-DD`; absent: from the model's release. */
	readonly from?: string;
	readonly constants: Constants;
	/** Set where the constants are surer or less sure than the rule: an older page's numbers, an unlisted budget. */
	readonly exactness?: "inferred";
	/** What no page was read for: `from`, or constants by name. Absent: nothing. Shown with every count. */
	readonly unverified?: readonly string[];
	/** Where the constants were read. */
	readonly source: string;
}

/** What the provider rejects instead of resizing. Absent: not published. */
export interface ApiLimits {
	/** Longest side of an image, px. */
	readonly maxSide?: number;
	/** Shortest side, px. */
	readonly minSide?: number;
	/** Longest side over shortest side. */
	readonly maxRatio?: number;
	/** Images of one request, earlier turns included. */
	readonly maxImages?: number;
	/** A smaller `maxSide` for every image once a request holds more than `over` images. */
	readonly manyImages?: { readonly over: number; readonly maxSide: number };
	/** Bytes of one image as sent; `base64` counts the encoded form. */
	readonly maxImageBytes?: { readonly bytes: number; readonly of: "file" | "base64" };
	/** Bytes of all media of a request, base64. */
	readonly maxRequestBytes?: number;
	readonly source: string;
}

export interface ApiModelOf<R extends ApiRuleId> {
	readonly title: string;
	readonly provider: Provider;
	readonly rule: R;
	/** Other names; dated snapshots, provider prefixes, `-latest` and `-preview` need no row. */
	readonly aliases: readonly string[];
	/** Oldest first; the last one holds today. */
	readonly versions: readonly [
		RuleVersion<ApiConstantsOf<R>>,
		...(readonly RuleVersion<ApiConstantsOf<R>>[]),
	];
	/** Tokens of input and output together. */
	readonly contextTokens?: Fact<number>;
	readonly limits: ApiLimits;
}

/** A model of any provider. */
export type ApiModel = { [R in ApiRuleId]: ApiModelOf<R> }[ApiRuleId];

/** The models of one provider, by id. */
export type ProviderModels = Readonly<Record<string, ApiModel>>;
