/** Charges a request to the day's budgets before it is sent, and settles with what it really took. */

import type { Caller } from "../http/access.ts";
import { ServerRefusal } from "../refusal.ts";
import { shown, stored } from "./amounts.ts";
import { type Budgets, type DayCharge, dayRefusal, type Taken } from "./budget.ts";
import type { Ledger } from "./ledger.ts";
import type { Relayed } from "./relay.ts";
import type { Target } from "./target.ts";

export interface Charged {
	readonly charges: readonly DayCharge[];
	/** What the day's budgets have left, as `key.visualTokens=592`; undefined where there are none. */
	readonly left: string | undefined;
}

interface Charging {
	readonly target: Target;
	readonly caller: Caller;
	readonly budgets: Budgets;
	readonly ledger: Ledger;
	/** Milliseconds since 1970. */
	readonly now: number;
}

/** Throws `over-budget` where a day's budget has no room, `overloaded` where it cannot be read. */
export async function charge(
	taken: Taken,
	{ target, caller, budgets, ledger, now }: Charging,
): Promise<Charged> {
	const charges = budgets.charges(caller, taken, new Date(now).toISOString().slice(0, 10));
	if (charges.length === 0) return { charges, left: undefined };
	const isWarning = target.policy === "warn";
	const result = await ledger.charge(isWarning ? charges.map(({ limit: _limit, ...rest }) => rest) : charges);
	if (!result.isCharged) {
		const full = charges[result.index];
		if (full === undefined) throw new Error("internal: a charge that was not made");
		throw new ServerRefusal("over-budget", dayRefusal(full, result.total, caller), {
			"x-should-retry": "false",
		});
	}
	const left = charges.map(({ scope, unit, limit = 0 }, index) => {
		return `${scope}.${unit}=${shown(unit, Math.max(0, limit - (result.totals[index] ?? 0)))}`;
	});
	return { charges, left: left.join(" ") };
}

/** Gives back what was charged and not used, or charges what was used beyond it. */
export async function settle(
	charges: readonly DayCharge[],
	taken: Taken,
	relayed: Relayed | undefined,
	target: Target,
	ledger: Ledger,
): Promise<void> {
	if (charges.length === 0) return;
	const used = usedOf(taken, relayed, target);
	const adjustments = charges.flatMap(({ counter, unit, amount }) => {
		const difference = stored(unit, used[unit]) - amount;
		return difference === 0 ? [] : [{ counter, amount: difference }];
	});
	await ledger.adjust(adjustments);
}

/** Nothing for an answer that never began; what the upstream counted where it says; otherwise the bound. */
function usedOf(taken: Taken, relayed: Relayed | undefined, target: Target): Taken {
	if (relayed === undefined || (relayed.status >= 400 && relayed.outcome !== "cancelled")) {
		return { visualTokens: 0, promptTokens: 0, usd: 0 };
	}
	const { promptTokens, answerTokens } = relayed.usage ?? {};
	const prompt = promptTokens ?? taken.promptTokens;
	const cost = answerTokens === undefined ? undefined : target.cost(prompt, answerTokens);
	return {
		...{ visualTokens: taken.visualTokens, promptTokens: prompt },
		usd: cost === undefined ? taken.usd : cost.inputUsd + cost.outputUsd,
	};
}
