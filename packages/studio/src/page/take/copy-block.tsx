/** Text to copy, with a button that says when it is done. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

/** How long "Copied" is shown, ms. */
const SHOWN_MS = 1600;

export function CopyBlock({ name, text }: { readonly name: string; readonly text: string }) {
	const said = useSignal("Copy");
	const code = useRef<HTMLPreElement>(null);
	const copy = async (): Promise<void> => {
		try {
			await navigator.clipboard.writeText(text);
			said.value = "Copied";
		} catch {
			// No permission: the text is selected, so that a key copies it.
			if (code.current !== null) getSelection()?.selectAllChildren(code.current);
			said.value = "Selected";
		}
		setTimeout(() => {
			said.value = "Copy";
		}, SHOWN_MS);
	};
	return (
		<section class="copy-block" aria-label={name}>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: text that scrolls must be reachable by keyboard */}
			<pre ref={code} tabIndex={0}>
				{text}
			</pre>
			<button type="button" onClick={copy} aria-label={`${said.value}: ${name}`}>
				{said.value}
			</button>
		</section>
	);
}
