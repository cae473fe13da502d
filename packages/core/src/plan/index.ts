/** Planning: a visual-token budget allocated to scenarios, a curriculum, and what they cost. */

export type { Allocation, AllocationResult } from "./allocate.ts";
export type { CurriculumPlan, Mixture, StageCompute, StageId, StagePlan } from "./curriculum.ts";
export { assertPlan, diffPlans, type PlanChange } from "./diff.ts";
export type { FixedAgainstDynamic } from "./dynamic.ts";
export type { Alternative, Alternatives, Verdict } from "./explain.ts";
export type { Extrapolation } from "./extrapolate.ts";
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
} from "./fidelity.ts";
export type { JointPlan } from "./joint.ts";
export type { PasteBlock } from "./paste.ts";
export { type Plan, type PlanWithFrontiers, plan, planWithFrontiers, type ScenarioCost } from "./plan.ts";
export { type PlanRequest, planRequestSchema } from "./request.ts";
export { resolvePlanRequest } from "./resolve.ts";
export type { ResolvedPlanRequest } from "./resolved.ts";
export type { RuleId } from "./rule-ids.ts";
export { type Finding, RULES, type Severity } from "./rules.ts";
export type { ScenarioPlan, ScenarioStatus } from "./scenario.ts";
export { SKILLS, type SkillPlan } from "./skills.ts";
export { type Statistics, statistics } from "./statistics.ts";
