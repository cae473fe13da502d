/**
 * Emergent skills: what the curriculum may unlock without training for it, and the evidence each skill needs. Covers
 * the three skills named in the lesson and the others from arXiv 2408.03326's section on emerging capabilities. The
 * paper states which scenarios a skill transfers from; the thresholds on fidelity are this project's own, and only
 * rank.
 */

import { formatInteger, formatPercent } from "@onevision/base";
import type { Scenario } from "../sample.ts";
import type { CurriculumPlan } from "./curriculum.ts";
import type { ScenarioPlan } from "./scenario.ts";

interface SkillRule {
	readonly title: string;
	/** Scenarios whose training the skill builds on. */
	readonly from: readonly Scenario[];
	/** Minimum share of pixels a scenario must keep for this skill. */
	readonly pixels?: { readonly scenario: Scenario; readonly least: number };
	/** Minimum number of images or frames in one sample. */
	readonly frames?: number;
	/** Data that the mix must contain. Sizes do not reveal it, so the user is asked. */
	readonly data: string;
	/** How to test for the skill. */
	readonly probe: string;
	readonly source: string;
}

const PAPER = "arXiv 2408.03326, section on emerging capabilities";

export const SKILLS = {
	"multi-camera": {
		title: "Multi-camera reasoning",
		from: ["multi-image", "video"],
		data: "multi-image sets with several views of a scene, and video",
		probe: "ask which camera shows an event in a set of labeled driving views",
		source: `${PAPER} (multi-camera video in self-driving); the lesson`,
	},
	"set-of-mark": {
		title: "Set-of-mark prompting",
		from: ["single-image", "multi-image"],
		pixels: { scenario: "single-image", least: 0.5 },
		data: "single images with boxes or region references, and multi-image reference questions",
		probe: "number objects in an image and ask how mark 3 relates to mark 7",
		source: `${PAPER} (set-of-mark prompting); the lesson`,
	},
	"screenshot-agent": {
		title: "Phone-screenshot agent",
		from: ["single-image", "multi-image", "video"],
		pixels: { scenario: "single-image", least: 0.5 },
		data: "UI screenshots, before/after pairs of a tap, recordings of workflows",
		probe: "give a screenshot and a goal, ask for the next tap",
		source: `${PAPER} (GUI for multi-modal agent); the lesson`,
	},
	"diagram-and-chart": {
		title: "Joint reading of diagrams and charts",
		from: ["single-image", "multi-image"],
		pixels: { scenario: "single-image", least: 0.5 },
		data: "charts and diagrams as single images, multi-image comparison",
		probe: "give a chart and a diagram of the same process, ask where they disagree",
		source: PAPER,
	},
	"video-difference": {
		title: "Video-to-video difference",
		from: ["multi-image", "video"],
		frames: 8,
		data: "spot-the-difference image pairs and video captions",
		probe: "give two clips that differ in one object, ask what changed",
		source: PAPER,
	},
	"visual-prompt-in-video": {
		title: "Visual prompts in video",
		from: ["single-image", "video"],
		frames: 8,
		data: "single images with drawn marks, and video",
		probe: "circle a person in the first frames, ask what that person does next",
		source: PAPER,
	},
} as const satisfies Record<string, SkillRule>;

export type SkillId = keyof typeof SKILLS;

interface SkillEvidence {
	readonly need: string;
	readonly met: "yes" | "no" | "unknown";
	readonly found: string;
}

export interface SkillPlan {
	readonly skill: SkillId;
	readonly title: string;
	/** `possible`: nothing countable rules it out. Whether the data contains what the skill needs is unknown. */
	readonly outlook: "possible" | "unlikely";
	readonly evidence: readonly SkillEvidence[];
	readonly data: string;
	readonly probe: string;
	readonly source: string;
}

/** What skills are judged on. */
export interface SkillQuestion {
	readonly scenarios: readonly ScenarioPlan[];
	readonly curriculum: CurriculumPlan;
	/** Scenarios the checkpoint has already been trained on; `unknown` when unpublished. */
	readonly trainedOn: readonly Scenario[] | "unknown";
}

/** Judges which skills this plan makes possible, and what is missing for the others. */
export function expectSkills(question: SkillQuestion): SkillPlan[] {
	return (Object.entries(SKILLS) as [SkillId, SkillRule][]).map(([skill, rule]) => {
		const evidence = [
			...rule.from.map((scenario) => trainedOn(scenario, question)),
			...(rule.pixels === undefined ? [] : [keepsPixels(rule.pixels, question.scenarios)]),
			...(rule.frames === undefined ? [] : [seesFrames(rule.frames, question.scenarios)]),
		];
		return {
			skill,
			title: rule.title,
			outlook: evidence.some(({ met }) => met === "no") ? "unlikely" : "possible",
			evidence,
			data: rule.data,
			probe: rule.probe,
			source: rule.source,
		};
	});
}

function trainedOn(scenario: Scenario, { curriculum, trainedOn: before }: SkillQuestion): SkillEvidence {
	const need = `${scenario} training`;
	const samples = curriculum.stages.reduce((sum, stage) => sum + stage.samples * stage.mixture[scenario], 0);
	if (samples > 0) return { need, met: "yes", found: `${formatInteger(samples)} samples` };
	if (before === "unknown") return { need, met: "unknown", found: "not published for this checkpoint" };
	return before.includes(scenario)
		? { need, met: "yes", found: "in the checkpoint" }
		: { need, met: "no", found: "none in the curriculum" };
}

function keepsPixels(
	{ scenario, least }: { readonly scenario: Scenario; readonly least: number },
	scenarios: readonly ScenarioPlan[],
): SkillEvidence {
	const need = `${scenario} keeps at least ${formatPercent(least)} of the pixels`;
	const kept = scenarios.find((plan) => plan.scenario === scenario)?.chosen.kept.resolution;
	if (kept === undefined) return { need, met: "unknown", found: `no ${scenario} in the mix` };
	return { need, met: kept >= least ? "yes" : "no", found: formatPercent(kept) };
}

function seesFrames(least: number, scenarios: readonly ScenarioPlan[]): SkillEvidence {
	const need = `at least ${least} frames per clip`;
	const frames = scenarios.find((plan) => plan.scenario === "video")?.chosen.frames?.p50;
	if (frames === undefined) return { need, met: "unknown", found: "no video in the mix" };
	return { need, met: frames >= least ? "yes" : "no", found: `${frames} (median)` };
}
