/**
 * Emergent skills: what the curriculum may unlock without training for it, and the evidence each needs.
 * The three the lesson names and the others of arXiv 2408.03326's section on emerging capabilities; which scenarios a
 * skill transfers from is the paper's statement, the thresholds on fidelity are this project's and only rank.
 */

import { thousands } from "../format.ts";
import type { Scenario } from "../sample.ts";
import type { CurriculumPlan } from "./curriculum.ts";
import type { ScenarioPlan } from "./scenario.ts";

interface SkillRule {
	readonly title: string;
	/** Scenarios whose training the skill is composed from. */
	readonly from: readonly Scenario[];
	/** Least share of pixels a scenario must keep for it. */
	readonly pixels?: { readonly scenario: Scenario; readonly least: number };
	/** Least number of images or frames in one sample. */
	readonly frames?: number;
	/** Data that must be in the mix; not visible in sizes, so it is asked for. */
	readonly data: string;
	/** How to check that it is there. */
	readonly probe: string;
	readonly source: string;
}

const PAPER = "arXiv 2408.03326, section on emerging capabilities";

export const SKILLS = {
	"multi-camera": {
		title: "Multi-camera reasoning",
		from: ["multi-image", "video"],
		data: "multi-image sets with several views of a scene, and video",
		probe: "ask which camera shows an event in a set of labelled driving views",
		source: `${PAPER} (multi-camera video in self-driving); the lesson`,
	},
	"set-of-mark": {
		title: "Set-of-mark prompting",
		from: ["single-image", "multi-image"],
		pixels: { scenario: "single-image", least: 0.5 },
		data: "single images with boxes or region references, and multi-image reference questions",
		probe: "number objects in a picture and ask how mark 3 relates to mark 7",
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

export interface SkillPlan {
	readonly skill: SkillId;
	readonly title: string;
	readonly outlook: "expected" | "unlikely";
	readonly evidence: readonly { readonly need: string; readonly met: boolean; readonly found: string }[];
	readonly data: string;
	readonly probe: string;
	readonly source: string;
}

/** Which skills this plan gives a chance, and what is missing for the others. */
export function expectSkills(scenarios: readonly ScenarioPlan[], curriculum: CurriculumPlan): SkillPlan[] {
	return (Object.entries(SKILLS) as [SkillId, SkillRule][]).map(([skill, rule]) => {
		const evidence = [
			...rule.from.map((scenario) => trainedOn(scenario, curriculum)),
			...(rule.pixels === undefined ? [] : [keepsPixels(rule.pixels, scenarios)]),
			...(rule.frames === undefined ? [] : [seesFrames(rule.frames, scenarios)]),
		];
		return {
			skill,
			title: rule.title,
			outlook: evidence.every(({ met }) => met) ? "expected" : "unlikely",
			evidence,
			data: rule.data,
			probe: rule.probe,
			source: rule.source,
		};
	});
}

function trainedOn(scenario: Scenario, curriculum: CurriculumPlan): SkillPlan["evidence"][number] {
	const samples = curriculum.stages.reduce((sum, stage) => sum + stage.samples * stage.mixture[scenario], 0);
	return {
		need: `${scenario} training`,
		met: samples > 0,
		found: samples > 0 ? `${thousands(samples)} samples` : "none in the curriculum",
	};
}

function keepsPixels(
	{ scenario, least }: { readonly scenario: Scenario; readonly least: number },
	scenarios: readonly ScenarioPlan[],
): SkillPlan["evidence"][number] {
	const kept = scenarios.find((plan) => plan.scenario === scenario)?.chosen.kept.resolution ?? 0;
	return {
		need: `${scenario} keeps at least ${Math.round(least * 100)} % of the pixels`,
		met: kept >= least,
		found: `${Math.round(kept * 100)} %`,
	};
}

function seesFrames(least: number, scenarios: readonly ScenarioPlan[]): SkillPlan["evidence"][number] {
	const video = scenarios.find((plan) => plan.scenario === "video")?.chosen;
	const frames = Number(video?.allocation.settings.num_frames ?? 0);
	const known = video !== undefined && frames > 0;
	return {
		need: `at least ${least} frames per clip`,
		met: video !== undefined && (!known || frames >= least),
		found: known ? `${frames}` : video === undefined ? "no video" : "set by the clip",
	};
}
