/** What `/metrics` tells Prometheus. Labels are routes, models of the map and fixed words: nothing a client can invent. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Admission } from "./admission.ts";

export interface Metrics {
	readonly registry: Registry;
	readonly requests: Counter<"route" | "method" | "status">;
	readonly seconds: Histogram<"route">;
	/** Gateway: requests by what was decided. */
	readonly decisions: Counter<"model" | "decision">;
	readonly tokens: Counter<"model" | "kind">;
	readonly usd: Counter<"model">;
	/** Gateway: time that is ours, from the last byte of the request to the first sent to the upstream. */
	readonly overhead: Histogram<"model">;
	/** Gateway: prompt tokens the upstream reports, less those counted here. */
	readonly difference: Histogram<"model">;
	readonly upstreamErrors: Counter<"model" | "reason">;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const DIFFERENCES = [-1000, -100, -10, -1, 0, 1, 10, 100, 1000];

export function createMetrics(admissions: Readonly<Record<string, Admission>>): Metrics {
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry });
	for (const [name, admission] of Object.entries(admissions)) {
		gauge(registry, `onevision_${name}_running`, `Requests being answered: ${name}`, () => admission.running);
		gauge(
			registry,
			`onevision_${name}_waiting`,
			`Requests waiting for a place: ${name}`,
			() => admission.waiting,
		);
	}
	const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
		new Counter({ name, help, labelNames, registers });
	const histogram = <T extends string>(
		name: string,
		help: string,
		labelNames: readonly T[],
		buckets: readonly number[] = SECONDS,
	) => new Histogram({ name, help, labelNames, buckets: [...buckets], registers });
	return {
		registry,
		requests: counter("onevision_http_requests_total", "Requests answered", ["route", "method", "status"]),
		seconds: histogram("onevision_http_request_seconds", "Time to answer a request", ["route"]),
		decisions: counter("onevision_gateway_requests_total", "Gateway requests by decision", [
			"model",
			"decision",
		]),
		tokens: counter("onevision_gateway_tokens_total", "Tokens that passed the gateway", ["model", "kind"]),
		usd: counter("onevision_gateway_usd_total", "USD that passed the gateway", ["model"]),
		overhead: histogram("onevision_gateway_overhead_seconds", "Time the gateway adds before the upstream", [
			"model",
		]),
		difference: histogram(
			"onevision_gateway_prompt_difference_tokens",
			"Prompt tokens of the upstream less those counted",
			["model"],
			DIFFERENCES,
		),
		upstreamErrors: counter("onevision_gateway_upstream_errors_total", "Upstreams that failed", [
			"model",
			"reason",
		]),
	};
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
	new Gauge({
		...{ name, help, registers: [registry] },
		collect() {
			this.set(read());
		},
	});
}
