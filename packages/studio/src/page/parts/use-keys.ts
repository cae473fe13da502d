/** Arrow keys within a group of controls, which is not a control itself. */

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

export function useKeys(group: RefObject<HTMLElement | null>, onKey: (event: KeyboardEvent) => void): void {
	useEffect(() => {
		const element = group.current;
		element?.addEventListener("keydown", onKey);
		return () => element?.removeEventListener("keydown", onKey);
	});
}
