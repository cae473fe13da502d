/** Starts the page. */

import { render } from "preact";
import "./styles/page.css";
import { App } from "./app.tsx";
import { followAddress } from "./state/link.ts";

followAddress();

const root = document.querySelector("#app");
if (root !== null) render(<App />, root);

// Offline once loaded; a page opened from a file or over plain HTTP has no service workers and works without.
if ("serviceWorker" in navigator) {
	navigator.serviceWorker.register("./service-worker.js").catch(() => undefined);
}
