/**
 * Closed models: token counts by published, dated rules, prices, chat requests, and comparisons of open and closed
 * models. Portable: no I/O.
 */

export {
	type AnyCounter,
	allModelIds,
	assertOpen,
	type CountedItem,
	type CountedSample,
	createAnyCounter,
} from "./any-counter.ts";
export { byQuality, compareDeployments } from "./compare/compare.ts";
export { type Comparison, type NamedSample, settingsText } from "./compare/comparison.ts";
export { compareCsv } from "./compare/csv.ts";
export { DEFAULT_ACCELERATOR, DEFAULT_TEXT, requestSetup, USUAL_MODELS } from "./compare/defaults.ts";
export type {
	Deployment,
	DeploymentCandidate,
	DeploymentQuestion,
	RequestOutcome,
} from "./compare/deployment.ts";
export { compareJson } from "./compare/json.ts";
export { unverifiedOfDeployment } from "./compare/unverified.ts";
export { type ApiCount, type ApiSettings, countApi, countApiFrom } from "./count.ts";
export {
	type CountedNamed,
	countJson,
	countLine,
	countSamples,
	type LineCount,
} from "./count-samples.ts";
export { type FoundModels, findModels } from "./find-models.ts";
export { fitApiSettings } from "./fit.ts";
export { type LimitBreach, type LimitId, limitBreaches, type SizedItem } from "./limits.ts";
export { type AskedSettings, type ModelSettings, modelSettings } from "./model-settings.ts";
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
	parsePrices,
	priceOn,
} from "./prices.ts";
export type { ApiLimits, ApiModel } from "./providers/model.ts";
export { PROVIDERS, type Provider } from "./providers/provider.ts";
export type { ApiItemCount, Exactness } from "./providers/rule.ts";
export { API_RULES, type ApiRuleId } from "./providers/rules.ts";
export {
	type AssessedItem,
	type AssessOptions,
	assessmentJson,
	assessRequest,
	type RequestAssessment,
} from "./requests/assess.ts";
export { mediaFormats } from "./requests/media-types.ts";
export { titleOfApi } from "./requests/part-kinds.ts";
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
} from "./requests/read.ts";
