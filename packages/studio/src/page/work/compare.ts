/** Compares models on the user's requests, and along sizes and durations. Runs in the worker. */

import {
	compareDeployments,
	createAnyCounter,
	type Deployment,
	requestSetup,
	unverifiedOfDeployment,
} from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { type HardwareId, type MediaItem, type Sample, showUnverified } from "@onevision/core";
import { type ChangedSettings, settingsFor } from "../state/counter.ts";
import { type Crossing, curvesCross } from "./crossings.ts";

/** A model with the settings the user changed for it. */
export interface ComparedModel {
	readonly id: string;
	readonly changed: ChangedSettings;
}

export interface CompareQuestion {
	readonly models: readonly ComparedModel[];
	readonly samples: readonly Sample[];
	readonly promptTokens: number;
	readonly answerTokens: number;
	readonly hardware: HardwareId;
	/** Models whose curves are wanted, by id. */
	readonly drawn: readonly string[];
}

/** One model's row. Token numbers are absent when it refuses every request. */
export interface ComparedRow {
	readonly id: string;
	readonly title: string;
	readonly isOpen: boolean;
	readonly requests: number;
	readonly refused: number;
	readonly overContext: number;
	readonly totalTokens?: number;
	readonly medianTokens?: number;
	readonly maxTokens?: number;
	/** Largest request with its text, as a share of the context window. */
	readonly contextShare?: number;
	readonly usdPer1000?: number;
	/** Median seconds to the first token; estimated, open models alone. */
	readonly firstTokenSeconds?: number;
	readonly accelerators?: number;
	/** 0 to 1; for closed models an upper bound. */
	readonly quality: number;
	readonly isQualityBound: boolean;
	/** Why the first refused request is refused. */
	readonly reason?: string;
	readonly unverified: readonly string[];
}

/** Tokens along an axis: megapixels of a 4:3 image, or seconds of a 720p clip. */
export interface Curve {
	readonly id: string;
	readonly title: string;
	readonly kind: "image" | "video";
	readonly points: readonly { readonly x: number; readonly tokens: number }[];
}

export interface CompareAnswer {
	readonly rows: readonly ComparedRow[];
	readonly curves: readonly Curve[];
	readonly crossings: readonly Crossing[];
}

export function compareModels(question: CompareQuestion): CompareAnswer {
	const { models, samples, promptTokens, answerTokens, hardware, drawn } = question;
	const usable = models.filter(({ id, changed }) => isUsable(id, changed));
	const deployments =
		samples.length === 0
			? []
			: compareDeployments(
					usable.map(({ id, changed }) => ({ id, model: id, settings: settingsFor(id, changed) })),
					{ samples, text: { promptTokens, answerTokens }, setup: requestSetup(hardware) },
				);
	const shown = usable.filter(({ id }) => drawn.includes(id));
	const curves = (["image", "video"] as const).flatMap((kind) =>
		shown.flatMap((model) => curveOf(model, kind) ?? []),
	);
	return { rows: deployments.map(rowOf), curves, crossings: curvesCross(curves) };
}

function isUsable(id: string, changed: ChangedSettings): boolean {
	try {
		createAnyCounter(id, settingsFor(id, changed));
		return true;
	} catch (error) {
		if (error instanceof OnevisionError) return false;
		throw error;
	}
}

function rowOf(deployment: Deployment): ComparedRow {
	const { id, title, kind, outcomes, refused, overContext, visualTokens, contextTokens } = deployment;
	const { contextWindowTokens, usdPer1000Requests, secondsToFirstToken, accelerators, qualityKept } =
		deployment;
	const refusal = outcomes.find((outcome) => "refused" in outcome);
	return {
		id,
		title,
		isOpen: kind === "open",
		requests: outcomes.length,
		refused,
		overContext,
		quality: qualityKept.value,
		isQualityBound: qualityKept.isBound,
		unverified: unverifiedOfDeployment(deployment).map(showUnverified),
		...(visualTokens === undefined
			? {}
			: { totalTokens: visualTokens.total, medianTokens: visualTokens.p50, maxTokens: visualTokens.max }),
		...(contextTokens === undefined || contextWindowTokens === undefined
			? {}
			: { contextShare: contextTokens.max / contextWindowTokens }),
		...(usdPer1000Requests === undefined ? {} : { usdPer1000: usdPer1000Requests }),
		...(secondsToFirstToken === undefined ? {} : { firstTokenSeconds: secondsToFirstToken.p50 }),
		...(accelerators === undefined ? {} : { accelerators }),
		...(refusal !== undefined && "refused" in refusal ? { reason: refusal.refused.message } : {}),
	};
}

/** Points of a curve; more would show steps that no screen resolves. */
const POINTS = 140;
const MEGAPIXELS = { from: 0.03, to: 16 } as const;
const SECONDS = { from: 1, to: 600 } as const;

function curveOf({ id, changed }: ComparedModel, kind: Curve["kind"]): Curve | undefined {
	const counter = createAnyCounter(id, settingsFor(id, changed));
	const { from, to } = kind === "image" ? MEGAPIXELS : SECONDS;
	const points = Array.from({ length: POINTS }, (_, index) => {
		const x = from * (to / from) ** (index / (POINTS - 1));
		const tokens = tokensOf(counter, kind === "image" ? imageOf(x) : clipOf(x));
		return tokens === undefined || tokens <= 0 ? [] : [{ x, tokens }];
	}).flat();
	return points.length < 2 ? undefined : { id, title: counter.title, kind, points };
}

function imageOf(megapixels: number): MediaItem {
	const height = Math.max(1, Math.round(Math.sqrt((megapixels * 1e6 * 3) / 4)));
	return { kind: "image", width: Math.max(1, Math.round((height * 4) / 3)), height };
}

function clipOf(seconds: number): MediaItem {
	return { kind: "video", width: 1280, height: 720, frames: Math.round(seconds * 30), fps: 30 };
}

function tokensOf(counter: ReturnType<typeof createAnyCounter>, item: MediaItem): number | undefined {
	try {
		return counter.count({ media: [item] }).visualTokens;
	} catch (error) {
		if (error instanceof OnevisionError) return undefined;
		throw error;
	}
}
