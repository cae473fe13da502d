/** Which part of the page is shown. */

import { signal } from "@preact/signals";

export const VIEWS = { see: "See", compare: "Compare", plan: "Plan", take: "Take away" } as const;
export type ViewId = keyof typeof VIEWS;
export const VIEW_IDS = Object.keys(VIEWS) as readonly ViewId[];

export const view = signal<ViewId>("see");
