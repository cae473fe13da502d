/** What the report is made of. */

import type { Duplicates } from "../duplicates/find.ts";
import type { ProfileReport } from "../profile/report.ts";
import type { ProfileAbout } from "../profile/state.ts";
import type { Totals } from "../profile/totals.ts";

export interface ReportPage {
	readonly about: ProfileAbout;
	readonly totals: Totals;
	readonly report: ProfileReport;
	/** Absent if they were not looked for. */
	readonly duplicates?: Duplicates;
	/** Shortens the paths of sets and positions. */
	readonly near: (text: string) => string;
}
