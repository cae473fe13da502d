/** What a model sees of an image or a clip, drawn on one page. Runs anywhere. */

export { type CellWeights, type InspectedAttention, inspectAttention, shareText } from "./attention.ts";
export type { WeighedFrame } from "./curve.ts";
export { type Fact, factsOf, notesOf, partsOf, px, tokensText } from "./facts.ts";
export type { ShownFrame } from "./frame-sheet.ts";
export { inspectImage } from "./image.ts";
export { type InspectedProcessor, inspectedProcessor } from "./inspected-processor.ts";
export type { InspectOptions } from "./page-text.ts";
export { type Panel, panelsOf, type Tile } from "./panels.ts";
export { type InspectedImage, inspectSample, MAX_IMAGES, pageSized } from "./sample.ts";
export { framesToShow, type InspectedClip, type InspectVideoOptions, inspectVideo } from "./video.ts";
