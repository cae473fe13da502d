/** Ids of the planner's rules, as named in a request's `allow`. */

export const RULE_IDS = [
	"single-image-first",
	"video-budget-single-image-product",
	"anyres-16-in-4k",
	"budget-below-1024",
	"frames-at-full-density",
	"scenario-not-taken",
	"no-single-image",
	"context-overflow",
	"context-overflow-largest",
	"under-tokenized",
	"over-budget",
	"context-risk",
	"little-single-image",
	"assumed-media",
	"images-left-out",
	"samples-left-out",
	"memory-per-accelerator",
	"extrapolation",
	"untrained-settings",
] as const;

export type RuleId = (typeof RULE_IDS)[number];
