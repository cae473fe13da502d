/** Exit status: success, an error reported in one line, a plan that was refused. */
export const EXIT = { done: 0, error: 1, refused: 2 } as const;
