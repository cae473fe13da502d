/** Training sets for vision-language models: samples with their media references, in every common layout. Node only. */

export { type DataRoot, openDataRoot } from "./bytes/data-root.ts";
export { createReadCounter, type ReadCounter } from "./bytes/file-bytes.ts";
export type { DuplicateCount, DuplicateGroup, DuplicateMedium, Duplicates } from "./duplicates/find.ts";
export { DUPLICATES, type DuplicatesMode } from "./duplicates/identity.ts";
export {
	type DataRequest,
	type DataResult,
	MEDIA_CHOICES,
	type MediaChoice,
	type ScenarioData,
	writeDataFiles,
} from "./export/data-files.ts";
export { exportPlan, PLAN_TARGETS, type PlanTargetId, planTargetNamed } from "./export/index.ts";
export { EXPORT_LEFT_OUT_REASONS, type ExportLeftOutReason } from "./export/left-out.ts";
export {
	exportPacks,
	PACK_TARGETS,
	type PackExportRequest,
	type PackExportResult,
	type PackTargetId,
} from "./export/packs/export-packs.ts";
export { ROW_WRITERS, type RowTarget } from "./export/rows.ts";
export type { ExportFile, PlanExport, PlanExportOptions, PlanTarget } from "./export/target.ts";
export { SNAPSHOT_FILES } from "./export/targets/transformers.ts";
export { type Jobs, jobsOf, markerOf } from "./launch/jobs.ts";
export { rayDriver } from "./launch/ray.ts";
export { MAX_ARRAY, sbatchArguments, slurmScript } from "./launch/slurm.ts";
export { LEFT_OUT_REASONS, type LeftOutReason, type Refusal } from "./left-out.ts";
export { type Assignment, assignItems } from "./pack/assign.ts";
export type { ItemClass, Pattern } from "./pack/best-fit.ts";
export { UNPACKED_ORDERS, type UnpackedOrder, type UnpackedReport } from "./pack/compare.ts";
export { type GroupedClass, Histogram, histogramOf, type ItemSizes } from "./pack/histogram.ts";
export {
	MANIFEST_FORMATS,
	type ManifestFormat,
	OVER_LENGTH_POLICIES,
	type OverLengthPolicy,
	PACK_GROUPINGS,
	PACK_LEFT_OUT_REASONS,
	PACK_MEASURES,
	type Pack,
	type PackGrouping,
	type PackHeader,
	type PackLeftOut,
	type PackLeftOutReason,
	type PackLimits,
	type PackMeasure,
	type PackSettings,
	type PackSlot,
	type PackTotals,
	type Piece,
	type Span,
} from "./pack/manifest.ts";
export { openPacks, type PackSet } from "./pack/manifest-files.ts";
export { type GroupedPattern, type PackPlan, planPacks } from "./pack/plan.ts";
export { type PackProgress, type PackRequest, type PackResult, packProfile } from "./pack/run.ts";
export { type CostWeights, costWeightsOf, type Imbalance } from "./pack/step-cost.ts";
export {
	type ComparedProfile,
	compareProfiles,
	type ProfileChange,
	type ProfileComparison,
} from "./profile/compare.ts";
export {
	FINDINGS,
	type Finding,
	type MeasuredMedium,
	type MeasuredSample,
	PROFILE_SCENARIOS,
	type ProfileScenario,
} from "./profile/measure.ts";
export { mergeProfiles } from "./profile/merge.ts";
export {
	type BudgetReport,
	type MaxLengthReport,
	type ProfileReport,
	type ReportQuestion,
	reportOf,
	type ScenarioBudget,
	type ScenarioReport,
} from "./profile/report.ts";
export { type Profile, type ProfileProgress, type ProfileRequest, profileData } from "./profile/run.ts";
export { type ProfileMedia, readProfileMedia } from "./profile/samples.ts";
export type { ProfileRead } from "./profile/slice.ts";
export { isProfileFolder, type ProfileAbout, type Shard } from "./profile/state.ts";
export { readProfile } from "./profile/stored.ts";
export { Tally, type TallySummary } from "./profile/tally.ts";
export { type Counted, type Heavy, MEASURES, type Measure, Totals } from "./profile/totals.ts";
export { type QueryResult, type QueryValue, queryProfile } from "./query/query.ts";
export {
	type DataSet,
	FORMATS,
	type FormatId,
	type OpenOptions,
	openDataSet,
	READERS,
	samplesOf,
	slicesOf,
} from "./readers/index.ts";
export {
	type ReadContext,
	type Reader,
	SLICE_SIZES,
	type Slice,
	type SliceSizes,
	type Unit,
} from "./readers/reader.ts";
export {
	type Found,
	type MediaKind,
	type MediaPlace,
	type MediaReference,
	type Part,
	type Position,
	placeholdersOf,
	type Role,
	type RowContent,
	type SampleRecord,
	showPosition,
	type Turn,
} from "./record.ts";
export { renderReportPage } from "./report-page/page.ts";
export type { ReportPage } from "./report-page/report-page.ts";
export { createChatMeter } from "./text/chat-template.ts";
export {
	type ChatFiles,
	type ChatPrompt,
	ESTIMATED_TEXT,
	type TextMeter,
	type TextSpan,
} from "./text/meter.ts";
export { readChatMeter } from "./text/read-chat.ts";
