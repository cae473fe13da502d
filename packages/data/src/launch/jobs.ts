/**
 * A command's work as jobs of a cluster: one for each shard, then one that merges. A shard is done when its marker is
 * there, whatever its exit code: a task of a lost node ends with 0 on Slurm.
 */

import { OnevisionError } from "@onevision/base";

/** How the shards of a command are written and put together. */
interface Shape {
	/** Whether each shard has an output folder of its own, which the last step merges. */
	readonly hasOwnFolders: boolean;
	/** Arguments of the last step. */
	readonly finish: (args: readonly string[], out: string, shards: readonly string[]) => readonly string[];
}

const LAUNCHED = {
	profile: {
		hasOwnFolders: true,
		finish: (_, out, shards) => ["profile", "merge", ...shards, "--out", out],
	},
	pack: { hasOwnFolders: false, finish: (args) => args },
	export: { hasOwnFolders: false, finish: (args) => args },
} as const satisfies Record<string, Shape>;
type LaunchedCommand = keyof typeof LAUNCHED;

export interface Jobs {
	/** Folder of the scripts, logs and markers, below the output. */
	readonly folder: string;
	readonly shards: number;
	/** The command line of a shard, with `{shard}` where its number goes. */
	readonly shardArgs: readonly string[];
	readonly finishArgs: readonly string[];
}

/** Stands for the number of a shard in its arguments. */
export const SHARD = "{shard}";

/**
 * The jobs of `onevision ARGS`.
 *
 * @throws OnevisionError `invalid-input` for a command that has no shards, or that names them itself
 */
export function jobsOf(args: readonly string[], shards: number): Jobs {
	const [name = ""] = args;
	if (!Object.hasOwn(LAUNCHED, name)) {
		throw new OnevisionError(
			"invalid-input",
			`launch ${name.slice(0, 40)}: expected ${Object.keys(LAUNCHED).join(", ")} with their own options`,
		);
	}
	const shape: Shape = LAUNCHED[name as LaunchedCommand];
	const at = args.indexOf("--out");
	const out = args[at + 1];
	if (at < 0 || out === undefined)
		throw new OnevisionError("invalid-input", `launch ${name}: its --out says where the shards go; give it`);
	if (args.includes("--shard"))
		throw new OnevisionError("invalid-input", `launch ${name}: --shards says how many; leave --shard out`);
	const own = (shard: string): string => (shape.hasOwnFolders ? `${out}/launch/shards/${shard}` : out);
	const folders = Array.from({ length: shards }, (_, shard) => own(String(shard)));
	return {
		folder: `${out}/launch`,
		shards,
		shardArgs: [...args.with(at + 1, own(SHARD)), "--shard", `${SHARD}/${shards}`],
		finishArgs: shape.finish(args, out, folders),
	};
}

/** Marker of a shard that is done. */
export function markerOf({ folder }: Jobs, shard: number): string {
	return `${folder}/done-${shard}`;
}
