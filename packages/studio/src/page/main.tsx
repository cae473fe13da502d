/** Starts the page. */

// First of all: its worker starts while the rest of the page does.
import "./work/start.ts";
import { render } from "preact";
import "./styles/page.css";
import { App } from "./app.tsx";
import { followAddress } from "./state/link.ts";

followAddress();

const root = document.querySelector("#app");
if (root !== null) render(<App />, root);

/** Pause before the page is kept for use offline, ms: that loads every file of it, and the first image goes first. */
const OFFLINE_AFTER_MS = 3000;

// A page opened from a file or over plain HTTP has no service workers and works without.
if ("serviceWorker" in navigator) {
	setTimeout(() => {
		navigator.serviceWorker.register("./service-worker.js").catch(() => undefined);
	}, OFFLINE_AFTER_MS);
}
