/**
 * Single tokens of several answers in one run: the weights are then read once for all of them. Each answer waits for the
 * others, but not for one whose reader is slow.
 */

import { assertDefined } from "@onevision/base";

/** Time for the other answers to ask for their next token, milliseconds: choosing one takes less. */
const GRACE_MS = 20;

interface Waiting<Step> {
	readonly step: Step;
	readonly resolve: (logits: Float32Array) => void;
	readonly reject: (error: unknown) => void;
}

export class DecodeTogether<Step> {
	readonly #run: (steps: readonly Step[]) => Promise<readonly Float32Array[]>;
	readonly #most: number;
	readonly #waiting: Waiting<Step>[] = [];
	/** Answers that are being made token by token. */
	#joined = 0;
	#isRunning = false;
	#grace: ReturnType<typeof setTimeout> | undefined;

	/** `run` gives the logits of each of up to `most` steps. */
	constructor(run: (steps: readonly Step[]) => Promise<readonly Float32Array[]>, most: number) {
		this.#run = run;
		this.#most = most;
	}

	/** Another answer takes part until what this returns is called. */
	join(): () => void {
		this.#joined++;
		let hasLeft = false;
		return () => {
			if (hasLeft) return;
			hasLeft = true;
			this.#joined--;
			this.#schedule();
		};
	}

	step(step: Step): Promise<Float32Array> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ step, resolve, reject });
			this.#schedule();
		});
	}

	/** Runs when everybody waits, or those who do have waited long enough. */
	#schedule(): void {
		if (this.#isRunning || this.#waiting.length === 0) return;
		if (this.#waiting.length >= Math.min(this.#most, this.#joined)) {
			clearTimeout(this.#grace);
			this.#grace = undefined;
			void this.#flush();
		} else {
			this.#grace ??= setTimeout(() => {
				this.#grace = undefined;
				void this.#flush();
			}, GRACE_MS);
		}
	}

	async #flush(): Promise<void> {
		if (this.#isRunning) return;
		this.#isRunning = true;
		const taken = this.#waiting.splice(0, this.#most);
		try {
			const logits = await this.#run(taken.map(({ step }) => step));
			for (const [index, { resolve }] of taken.entries()) resolve(assertDefined(logits[index], "logits"));
		} catch (error) {
			for (const { reject } of taken) reject(error);
		}
		this.#isRunning = false;
		this.#schedule();
	}
}
