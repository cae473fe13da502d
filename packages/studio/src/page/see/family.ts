/** The family of the model in use. */

import { OnevisionError } from "@onevision/base";
import type { FamilyId } from "@onevision/core";
import { computed } from "@preact/signals";
import { inUse } from "../state/model.ts";

const FALLBACK: FamilyId = "llava-onevision";

/** Of a closed model, whose panels are never drawn, any. */
export const familyInUse = computed<FamilyId>(() =>
	inUse.value instanceof OnevisionError ? FALLBACK : (inUse.value.open?.checkpoint.family ?? FALLBACK),
);
