/** `Map.groupBy`, which Node 20 lacks. */
export function groupBy<T, K>(values: Iterable<T>, keyOf: (value: T) => K): Map<K, T[]> {
	const groups = new Map<K, T[]>();
	for (const value of values) {
		const key = keyOf(value);
		const own = groups.get(key);
		if (own === undefined) groups.set(key, [value]);
		else own.push(value);
	}
	return groups;
}
