/** Packs made lengths and prints what it took as JSON: `pack-process.ts COUNT CAPACITY SCALE`. */

import { assignItems, histogramOf, planPacks } from "@onevision/data";
import { madeLengths } from "./pack-lengths.ts";

const [count = 0, capacity = 1, scale = 1] = process.argv.slice(2).map(Number);
const items = { length: madeLengths(count, capacity, scale) };
const before = { processor: process.cpuUsage(), wall: performance.now() };
const plan = planPacks(histogramOf(items), [capacity]);
const { packs } = assignItems(plan, items, 0);
const { user, system } = process.cpuUsage(before.processor);
console.log(
	JSON.stringify({
		processor: (user + system) / 1e6,
		wall: (performance.now() - before.wall) / 1000,
		packs,
		tokens: plan.length,
		memory: process.resourceUsage().maxRSS * 1024,
	}),
);
