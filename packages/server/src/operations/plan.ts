/**
 * `plan`: settings, schedule and cost for a token budget; the request is that of `onevision plan`. Its media are sizes,
 * uploads, or what lies below the server's folders: files, a list of samples, or a finished profile.
 */

import { assertPlannable } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { Infer } from "@onevision/base/schema";
import {
	type MediaItem,
	type Parity,
	type Plan,
	type PlanRequest,
	plan as planFor,
	planRequestSchema,
	resolvePlanRequest,
	type Sample,
} from "@onevision/core";
import { isProfileFolder, readProfileMedia } from "@onevision/data";
import { type FileLoading, loadingOf, resolveLoading } from "@onevision/media";
import { findMedia, isManifest, mediaItemOf, readManifest, samplesOf } from "@onevision/media/node";
import { assertPixels, headerOfBytes } from "../media/open-media.ts";
import { anyObject, type OperationContext, operation } from "./operation.ts";

/** Most files of a folder that are read for a plan; a profile takes any number. */
const MAX_FILES = 20_000;

export const plan = operation({
	id: "plan",
	summary: "Plan settings, schedule and cost for a budget of visual tokens",
	input: planRequestSchema,
	output: anyObject("The plan, as onevision plan --json prints it; refused says that a rule forbids it"),
	run: async (asked, context): Promise<Plan> => {
		const { model, ...rest } = asked;
		const resolved = typeof model === "string" ? context.models.resolve(model).model : undefined;
		if (typeof resolved === "string") assertPlannable(resolved);
		const checkpoint = typeof resolved === "object" ? resolved : undefined;
		const named = typeof resolved === "string" ? { ...asked, model: resolved } : asked;
		const request = checkpoint === undefined ? named : rest;
		// Refuses an invalid request before a folder is read.
		resolvePlanRequest(request, checkpoint);
		const measured = await measure(request, context);
		return planFor({ ...request, ...measured.replaced }, measured.samples, checkpoint);
	},
});

interface Measured {
	readonly samples: readonly Sample[];
	/** Keys of the request that what was measured stands for. */
	readonly replaced: Partial<PlanRequest>;
}

async function measure(
	request: Infer<typeof planRequestSchema>,
	context: OperationContext,
): Promise<Measured> {
	const { media: { folder, grouping = "none" } = {}, parity } = request;
	const loading = resolveLoading({}, loadingOf(parity as Parity | undefined));
	const uploaded = await uploadedSamples(context, loading);
	if (folder === undefined) return { samples: uploaded, replaced: {} };
	const place = await context.media.roots.place(folder, "media.folder");
	try {
		if (await isProfileFolder(place)) {
			const { samples, mix } = await readProfileMedia(place);
			const { folder: _measured, ...media } = request.media ?? {};
			return { samples: [...uploaded, ...samples], replaced: { media, mix } };
		}
		const samples = isManifest(place)
			? (await readManifest(place)).samples
			: await samplesBelow(place, grouping, loading);
		return { samples: [...uploaded, ...samples], replaced: {} };
	} catch (error) {
		// The real path is the server's own business.
		if (!(error instanceof OnevisionError)) throw error;
		throw new OnevisionError(error.code, `media.folder: ${error.message.replaceAll(place, () => folder)}`);
	}
}

async function samplesBelow(
	place: string,
	grouping: "none" | "folder",
	{ applyOrientation, applyRotation }: FileLoading,
): Promise<readonly Sample[]> {
	const { items, leftOut } = await findMedia([place], {
		applyOrientation,
		applyRotation,
		maxFiles: MAX_FILES,
	});
	const beyond = leftOut.find(({ reason }) => reason === "over-limit");
	if (items.length + leftOut.length >= MAX_FILES && beyond !== undefined) {
		throw new OnevisionError(
			"over-limit",
			`more than ${MAX_FILES} files; profile the folder, and name the profile's folder here`,
		);
	}
	if (items.length === 0) {
		throw new OnevisionError("unreadable-file", leftOut[0]?.message ?? "holds no media");
	}
	return samplesOf(items, [place], grouping).samples;
}

/** Every file of a form is a sample. */
async function uploadedSamples(
	{ uploads, media }: OperationContext,
	{ applyOrientation = false, applyRotation = false }: FileLoading,
): Promise<readonly Sample[]> {
	const items: (MediaItem & { readonly name: string })[] = [];
	for (const [name, bytes] of uploads) {
		const item = mediaItemOf(await headerOfBytes(bytes, name, { applyOrientation, applyRotation }));
		assertPixels(item, name, media.maxPixels);
		items.push({ ...item, name });
	}
	return items.map(({ name, ...item }) => ({ id: name, media: [item] }));
}
