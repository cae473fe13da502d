/** Reads snapshots from the Hugging Face Hub. */

import { OnevisionError } from "@onevision/base";
import {
	MAX_CONFIG_BYTES,
	readSnapshot,
	type Snapshot,
	type SnapshotSource,
	tooLarge,
	unreadable,
} from "./snapshot-source.ts";

/** Options for accessing the Hub. */
export interface HubAccess {
	/** Default: the global `fetch`. */
	readonly fetch?: typeof fetch;
	/** A user access token, for private and gated repositories. */
	readonly token?: string;
}

/** Timeout for one response from the Hub, milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * Reads the checkpoint of a repository, `owner/name` or `owner/name@revision`. Throws `invalid-input` for anything
 * else, otherwise as `readSnapshot` does.
 */
export async function readHubSnapshot(repository: string, access: HubAccess = {}): Promise<Snapshot> {
	return readSnapshot(hubSource(repository, access), repository);
}

/** A repository, `owner/name` or `owner/name@revision`. Throws `invalid-input` for anything else. */
export function parseRepository(repository: string): { readonly name: string; readonly revision?: string } {
	const [name = "", revision, ...more] = repository.split("@");
	if (!isRepository(name) || more.length > 0 || revision === "") {
		throw new OnevisionError(
			"invalid-input",
			`${JSON.stringify(repository.slice(0, 80))} is no repository of the hub: expected owner/name or owner/name@revision, e.g. llava-hf/llava-1.5-7b-hf`,
		);
	}
	return { name, ...(revision === undefined ? {} : { revision }) };
}

function hubSource(repository: string, access: HubAccess): SnapshotSource {
	const { name, revision } = parseRepository(repository);
	const { token = "" } = access;
	const get = access.fetch ?? fetch;
	const read = async (path: string): Promise<string | undefined> => {
		const { downloadFile } = await import("@huggingface/hub");
		const blob = await downloadFile({
			repo: { type: "model", name },
			path,
			...(revision === undefined ? {} : { revision }),
			...(token === "" ? {} : { accessToken: token }),
			fetch: (input, init) => get(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }),
			xet: false,
		});
		if (blob === null) return undefined;
		if (blob.size > MAX_CONFIG_BYTES) throw tooLarge(`${repository} ${path}`);
		return blob.text();
	};
	return {
		label: repository,
		read: (path) =>
			read(path).catch((error: unknown) => {
				throw hubError(repository, token, error);
			}),
		// A path on the machine that trained the adapter is not a repository.
		findBase: async (base) => (isRepository(base) ? hubSource(base, access) : undefined),
	};
}

/** Whether this may be the name of a repository, without a revision. */
export function isRepository(name: string): boolean {
	const parts = name.split("/");
	return parts.length === 2 && parts.every((part) => /^[\w.-]{1,96}$/.test(part) && !/^\.+$/.test(part));
}

/** One-line message for any failure to reach the Hub; never includes the token. */
export function hubError(repository: string, token: string, error: unknown): OnevisionError {
	if (error instanceof OnevisionError) return error;
	const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
	if (status === 401 || status === 403 || status === 404) {
		const what = "no such model or revision on the hub, or it is private or gated";
		return unreadable(
			repository,
			token === "" ? `${what}; set HF_TOKEN for those` : `${what}; HF_TOKEN gives no access to it`,
		);
	}
	return unreadable(
		repository,
		status === undefined
			? "the hub cannot be reached; download config.json and the processor files and give their folder"
			: `the hub responded with status ${status}; try again later`,
	);
}
