/** The processor whose views a page shows, for models whose pixels are reproduced. */

import { OnevisionError } from "@onevision/base";
import { type Checkpoint, familyById } from "@onevision/core";
import { createProcessor, type Processor, sharesViewGeometry } from "@onevision/media";

export interface InspectedProcessor {
	/** Absent if only the layout is known. */
	readonly processor?: Processor;
	/** Why there is no processor, or how it differs from the one requested. */
	readonly note?: string;
}

/**
 * The transformers processor; for another `parity` in `settings`, only if both cut the same views. If there is none,
 * only the layout can be drawn, and the note says so. Throws the errors of the settings.
 */
export function inspectedProcessor(
	model: string | Checkpoint,
	{ parity, ...settings }: Readonly<Record<string, unknown>>,
): InspectedProcessor {
	try {
		const processor = createProcessor(model, { settings });
		if (parity === undefined || parity === "transformers") return { processor };
		const { title, family } = processor.checkpoint;
		const other = familyById(family).parities.find((name) => name === parity);
		if (other === undefined || !sharesViewGeometry(family, other)) {
			throw new OnevisionError("unsupported", `the views of ${title} are known as transformers cuts them`);
		}
		return {
			processor,
			note: `${other} cuts views as transformers does; the close-up's pixels are those of transformers`,
		};
	} catch (error) {
		if (!(error instanceof OnevisionError) || error.code !== "unsupported") throw error;
		return { note: `drawn from the layout alone: ${error.message}` };
	}
}
