/** Trains a small vision-language model through a curriculum and measures what plans only claim. Node only. */

export {
	type AnswerLogits,
	answerLogits,
	type Floors,
	floorsOf,
	type Prediction,
	predictAll,
	scoresOf,
	type TaskScore,
} from "./evaluate/evaluate.ts";
export { floorsOfTasks, type TaskFloors } from "./evaluate/floors.ts";
export { experimentPage, verdictOf } from "./experiments/page.ts";
export { type RunResult, readResults } from "./experiments/results.ts";
export { type ExperimentProgress, type RunExperimentOptions, runExperiment } from "./experiments/run.ts";
export { type Experiment, type ExperimentSpec, readExperiment } from "./experiments/spec.ts";
export { exportModel } from "./export.ts";
export { type LabModel, labModel, type ModelSize, TINY } from "./model/snapshot.ts";
export { runReport } from "./report/report.ts";
export { drawSample } from "./samples/prepare.ts";
export { type LabSample, type SampleSource, sampleAt } from "./samples/sample.ts";
export { TASK_IDS, TASKS, type TaskId, taskNamed, vocabularyOfTasks } from "./tasks/index.ts";
export { SCENE_RULES, type SceneRules, SPLITS, type Split } from "./tasks/scenes.ts";
export type { Question, Task } from "./tasks/task.ts";
export { type CurriculumOptions, readCurriculum } from "./train/curriculum.ts";
export { initialParametersOf } from "./train/parameters.ts";
export { type CurriculumRun, type PlannedStage, planStages, trainCurriculum } from "./train/run.ts";
export {
	checkpointPath,
	type EvaluationLine,
	type MetricsLine,
	type RunConfig,
	type RunFolder,
	readRunFolder,
} from "./train/run-folder.ts";
export { type PreparedStage, prepareStage, type StageStep } from "./train/session.ts";
export { ARRANGEMENTS, type Arrangement, type BatchRules, type StageSpec } from "./train/stage.ts";
