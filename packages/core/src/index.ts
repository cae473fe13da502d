/** Count visual tokens and plan budgets and curricula for vision-language models. Portable: no I/O, no dependencies. */

export { type ErrorCode, type Grid, OnevisionError, type Size } from "@onevision/base";
export {
	CHECKPOINT_IDS,
	CHECKPOINTS,
	checkpointById,
	isCheckpointName,
	resolveCheckpointId,
} from "./checkpoints.ts";
export { decodeFlops, languageModelFlops, projectorFlops, towerFlops, towerFlopsOf } from "./cost/flops.ts";
export {
	estimateTrainingMemory,
	kvCacheBytes,
	type Offload,
	type TrainingMemory,
	type TrainingSetup,
} from "./cost/memory.ts";
export { knownModelOf, type Model, modelOf } from "./cost/model.ts";
export {
	DEFAULT_REQUEST_BATCH,
	estimateRequest,
	type RequestCost,
	type RequestSetup,
} from "./cost/request.ts";
export { estimateRequests, type RequestsCost, type WeightedLayout } from "./cost/requests.ts";
export { fullTraining, type Training, type Tuning, trainingFlops } from "./cost/training.ts";
export {
	type Counter,
	type CountSettings,
	count,
	createCounter,
	createCounterFrom,
	resolveSettings,
} from "./count.ts";
export {
	type CountedCheckpoint,
	counterOf,
	type FamilyCounter,
	MAX_ITEMS,
	type ResolvedSettings,
} from "./counter.ts";
export {
	BENCHMARK_SECONDS,
	type FrameAblation,
	HIGHER_ANYRES,
	LLAVA_VIDEO_FRAMES,
	type VideoBenchmark,
} from "./facts/ablations.ts";
export { HARDWARE, type Hardware, type HardwareId, resolveHardwareId } from "./facts/hardware.ts";
export {
	LANGUAGE_MODELS,
	type LanguageModel,
	type LanguageModelId,
	type UnknownLanguageModel,
} from "./facts/language-models.ts";
export {
	type CheckpointPixels,
	NORMALIZATIONS,
	type NormalizationId,
	normalizedBy,
	type PixelSettings,
} from "./facts/normalizations.ts";
export { TOWERS, type Tower, type TowerId } from "./facts/towers.ts";
export type { ModelParts, ProjectorChoice } from "./families/checkpoint.ts";
export type { AnyFamily, Family, Knob, Parity, Settings, SettingValue } from "./families/family.ts";
export type { Checkpoint, CheckpointId, CheckpointOf } from "./families/index.ts";
export {
	type ConstantsOf,
	FAMILIES,
	FAMILY_IDS,
	type FamilyId,
	familyById,
	type SettingsOf,
	VLLM_RULES,
} from "./families/index.ts";
export type { ModelType } from "./families/snapshots.ts";
export type { VllmRule } from "./families/vllm.ts";
export {
	DEFAULT_LONG_SIDE,
	EVERY_CANDIDATE,
	type Fit,
	type FitQuestion,
	type FitShape,
	type Fitted,
	fitFrames,
	fitSetting,
	fitSize,
} from "./fit.ts";
export type { Measured } from "./fit-search.ts";
export {
	fidelityOfSample,
	fitByKind,
	fitSettings,
	type SettingsFit,
	type SettingsLimits,
} from "./fit-settings.ts";
export type {
	ItemLayout,
	SampleLayout,
	TokenParts,
	TokenRange,
	WrapperTokens,
} from "./layout.ts";
export { overContext, tokenizeText } from "./layout.ts";
export {
	countByRate,
	sampleLinspace,
	sampleLinspaceRounded,
	sampleUniform,
} from "./layouts/frame-sampling.ts";
export { smartResize } from "./layouts/smart-resize.ts";
export {
	createLengthMeter,
	type LengthMeter,
	type MaxLength,
	maxLengthFor,
	type SampleLength,
} from "./max-length.ts";
export type { Allocation, AllocationResult } from "./plan/allocate.ts";
export type { CurriculumPlan, Mixture, StageCompute, StageId, StagePlan } from "./plan/curriculum.ts";
export { assertPlan, diffPlans, type PlanChange } from "./plan/diff.ts";
export type { FixedAgainstDynamic } from "./plan/dynamic.ts";
export type { Alternative, Alternatives, Verdict } from "./plan/explain.ts";
export type { Extrapolation } from "./plan/extrapolate.ts";
export {
	DEFAULT_FIDELITY,
	type FidelityExponents,
	type FidelityGap,
	type FidelityModel,
	fidelityGap,
	fidelityModel,
	fidelityOf,
	fidelityOfLogs,
	isClearlyLess,
	isClearlyMore,
	type KeptShares,
	keptShares,
	type LogShares,
	untrainedFramesLoss,
} from "./plan/fidelity.ts";
export type { JointPlan } from "./plan/joint.ts";
export { type PasteBlock, type ServingSettings, servingSettings } from "./plan/paste.ts";
export { type Plan, plan, type ScenarioCost } from "./plan/plan.ts";
export { type ConfigValue, type ProcessorSettings, processorSettings } from "./plan/processor-settings.ts";
export { assumedSamples } from "./plan/render/assumptions.ts";
export { curriculumDocument } from "./plan/render/curriculum.ts";
export { planMarkdown } from "./plan/render/markdown.ts";
export { decodedTogether } from "./plan/render/request-batch.ts";
export { COSTS_UNKNOWN, orUnknown, priceCell } from "./plan/render/unknown.ts";
export { unverifiedOfPlan } from "./plan/render/unverified.ts";
export { type PlanRequest, planRequestSchema } from "./plan/request.ts";
export { resolvePlanRequest } from "./plan/resolve.ts";
export type { ResolvedPlanRequest } from "./plan/resolved.ts";
export type { RuleId } from "./plan/rule-ids.ts";
export { type Finding, RULES, type Severity } from "./plan/rules.ts";
export type { ScenarioPlan, ScenarioStatus } from "./plan/scenario.ts";
export { SKILLS, type SkillPlan } from "./plan/skills.ts";
export { type Statistics, statistics } from "./plan/statistics.ts";
export { type FeatureGrid, interpolateBilinear, pool } from "./pooling/pool.ts";
export { POOLING_MODES, type PoolingMode, pooledSize } from "./pooling/sizes.ts";
export {
	type Advance,
	MAX_POSITIONS,
	type MropeIds,
	mropeIds,
	type Run,
	type VisualRun,
} from "./positions/mrope.ts";
export {
	type MropePositions,
	type PositionOptions,
	type Positions,
	positionsOf,
	type Segment,
	type Sequence,
	type SequentialPositions,
	visualRun,
	type XdropePositions,
} from "./positions/positions.ts";
export {
	AXES,
	type Axis,
	dimensionAxes,
	frequencyAxes,
	type MropeRule,
	type PositionRule,
	type SequentialRule,
	type VideoClock,
	XD_AXES,
	type XdAxis,
	type XdropeRule,
} from "./positions/rule.ts";
export { positionRuleOf } from "./positions/rules.ts";
export {
	assertMedia,
	durationSeconds,
	type ImageItem,
	MAX_FRAMES,
	type MediaItem,
	type Sample,
	SCENARIOS,
	type Scenario,
	scenarioOf,
	type VideoItem,
} from "./sample.ts";
export { type VideoSampling, videoSampling } from "./sampling.ts";
export {
	ADAPTER_FILE,
	type AdapterOnCheckpoint,
	adapterFiles,
	baseOfAdapter,
	checkpointFromAdapter,
} from "./snapshot/adapter.ts";
export {
	checkpointFromSnapshot,
	MODEL_TYPES,
	type ProcessorFiles,
	READERS,
	SNAPSHOT_FILES,
	type Snapshot,
	type SnapshotFile,
	type SnapshotFiles,
	type SnapshotOptions,
} from "./snapshot/index.ts";
export {
	showUnverified,
	type UnverifiedFacts,
	unverifiedCheckpointFacts,
	unverifiedFacts,
} from "./unverified.ts";
