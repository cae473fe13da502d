/** Changes that alter no result, by file: the changed line, and why nothing can notice it. */

export const EQUIVALENT: Readonly<Record<string, readonly (readonly [line: string, why: string])[]>> = {};
