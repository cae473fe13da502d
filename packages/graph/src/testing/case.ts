/** What a case of an operator is. */

import type { OpName } from "../operators.ts";
import type { Graph, Value } from "../value.ts";
import type { CheckOptions } from "./check.ts";

/** One operator on one kind of input. */
export interface Case extends CheckOptions {
	readonly op: OpName;
	readonly name: string;
	readonly build: (graph: Graph) => Value | readonly Value[];
}
