/** Where `npm run bench:setup` installs the peers in Python. */

import { fileURLToPath } from "node:url";

/** A virtual environment; git ignores it. */
export const VENV = fileURLToPath(new URL(".venv", import.meta.url));
export const PEERS_PYTHON = `${VENV}/bin/python`;
