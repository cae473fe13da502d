/** Starts the worker that every first look needs, before anything else of the page runs. */

import { startWorker } from "./client.ts";

startWorker("pixels");
