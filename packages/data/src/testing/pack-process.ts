/** Packs a profile in a separate process that a test can kill: `pack-process PROFILE OUT`. */

import { packProfile } from "../pack/run.ts";

const [profile = "", out = ""] = process.argv.slice(2);
await packProfile(
	{
		...{ profile, out, partSlots: 100 },
		settings: {
			...{ by: "tokens", capacities: [4096], limits: {}, overLength: "leave-out", grouping: "none", seed: 0 },
			weights: { perToken: 1e9, perSquaredToken: 2e5, perTowerToken: 8e8 },
		},
	},
	({ stage, share }) => process.stdout.write(`${stage} ${share}\n`),
);
