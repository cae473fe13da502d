/** Closed models: tokens by published rules and their dates, prices, chat requests, and open and closed models compared. Portable: no I/O. */

export {
	type AssessedItem,
	type AssessOptions,
	assessRequest,
	type RequestAssessment,
} from "./assess.ts";
export { type ApiCount, type ApiSettings, countApi, countApiFrom } from "./count.ts";
export { byQuality, compareDeployments } from "./deployment/compare.ts";
export type {
	Deployment,
	DeploymentCandidate,
	DeploymentQuestion,
	RequestOutcome,
} from "./deployment/deployment.ts";
export { fitApiSettings } from "./fit.ts";
export { type LimitBreach, type LimitId, limitBreaches, type SizedItem } from "./limits.ts";
export { mediaFormats } from "./media-types.ts";
export { type ApiLimits, type ApiModel, PROVIDERS, type Provider } from "./model.ts";
export {
	API_MODEL_IDS,
	API_MODELS,
	type ApiModelId,
	apiModelById,
	assertPlannable,
	isApiModelName,
	resolveApiModelId,
} from "./models.ts";
export {
	API_PRICES,
	type ApiCost,
	costOf,
	type DatedPrice,
	type PriceOverrides,
	priceOn,
} from "./prices.ts";
export {
	type ChatRequest,
	type MediaReference,
	REQUEST_APIS,
	type ReadOptions,
	type RequestApi,
	type RequestBreach,
	type RequestMedia,
	type RequestProblem,
	readChatRequest,
} from "./request.ts";
export { titleOfApi } from "./request-part-types.ts";
export type { ApiItemCount, Exactness } from "./rule.ts";
export { API_RULES, type ApiRuleId } from "./rules.ts";
