/** The curriculum as YAML. */

import { curriculumDocument, type Plan } from "@onevision/core";
import { stringify } from "yaml";

export function curriculumYaml(plan: Plan): string {
	return stringify(curriculumDocument(plan), { lineWidth: 0 });
}
