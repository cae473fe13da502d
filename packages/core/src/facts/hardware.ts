/**
 * Accelerators: peak bfloat16 rate, memory, memory bandwidth and, where a provider publishes one, a price. Based on the
 * vendors' data sheets. Rates are dense (a "with sparsity" figure is halved) with float32 accumulation. Real kernels
 * reach only a fraction of them; that fraction is not a fact about the chip.
 */

import type { Fact } from "@onevision/base";
import { nearest, OnevisionError } from "@onevision/base";

/** One accelerator. Figures are per device (for a superchip, per GPU). */
export interface Hardware {
	readonly name: string;
	/** Dense peak in `precision` with float32 accumulation, FLOP/s. */
	readonly flopsPerSecond: number;
	/** Precision of the peak rate: bfloat16, or float16 on chips without bfloat16. */
	readonly precision: "bf16" | "fp16";
	/** The vendor's figure with 10^9 bytes per GB. Devices report up to 7 % more, and the runtime uses some of it. */
	readonly memoryBytes: number;
	readonly bandwidthBytesPerSecond: number;
	/** Properties not confirmed by a data sheet. Absent: none. */
	readonly unverified?: readonly (keyof Hardware)[];
	readonly source: string;
	/** On-demand list price per device-hour, USD, before tax. Prices change, so check the date. */
	readonly pricePerHour?: Fact<number>;
}

const GB = 1e9;
const TB = 1e12;
const TFLOPS = 1e12;

const lambda = (value: number, shape: string): Fact<number> => ({
	value,
	unit: "USD per GPU-hour",
	source: `https://lambda.ai/instances read 2026-09-20, ${shape}, on demand, without tax (transcribed in github.com/api-evangelist/lambda-labs plans/lambda-labs-plans-pricing.yml @1929382)`,
});

/** Accelerators by id. */
export const HARDWARE = {
	"h100-sxm": {
		name: "NVIDIA H100 SXM5 80 GB",
		flopsPerSecond: 989.4 * TFLOPS,
		precision: "bf16",
		memoryBytes: 80 * GB,
		bandwidthBytesPerSecond: 3.35 * TB,
		source:
			"https://www.nvidia.com/en-us/data-center/h100/ (1,979 TFLOPS with sparsity, halved; 80 GB, 3.35 TB/s); dense 989.4 in the H100 architecture white paper, as quoted at https://glennklockwood.com/garden/processors/h100",
		pricePerHour: lambda(4.29, "1x H100 SXM (8x: 3.99)"),
	},
	"h100-pcie": {
		name: "NVIDIA H100 PCIe 80 GB",
		flopsPerSecond: 756.5 * TFLOPS,
		precision: "bf16",
		memoryBytes: 80 * GB,
		bandwidthBytesPerSecond: 2 * TB,
		source:
			"NVIDIA H100 data sheet (1,513 TFLOPS with sparsity, halved; 80 GB HBM2e, 2 TB/s), as tabulated at https://archive-lib.hpctech.co.jp/gpuproduct/nvidia-h100.html",
		pricePerHour: lambda(3.29, "1x H100 PCIe"),
	},
	h200: {
		name: "NVIDIA H200 SXM 141 GB",
		flopsPerSecond: 989.4 * TFLOPS,
		precision: "bf16",
		memoryBytes: 141 * GB,
		bandwidthBytesPerSecond: 4.8 * TB,
		source:
			"https://www.nvidia.com/en-us/data-center/h200/ (141 GB HBM3e, 4.8 TB/s; the compute of the H100 SXM: 1,979 TFLOPS with sparsity, halved)",
		pricePerHour: {
			value: 4.59,
			unit: "USD per GPU-hour",
			source:
				"https://www.runpod.io/pricing read 2026-10-07, Pods H200, on demand (transcribed in github.com/api-evangelist/runpod plans/runpod-plans-pricing.yml)",
		},
	},
	"a100-40gb": {
		name: "NVIDIA A100 SXM4 40 GB",
		flopsPerSecond: 312 * TFLOPS,
		precision: "bf16",
		memoryBytes: 40 * GB,
		bandwidthBytesPerSecond: 1.555 * TB,
		source: "https://www.nvidia.com/en-us/data-center/a100/ data sheet (312 TFLOPS dense, 40 GB, 1,555 GB/s)",
		pricePerHour: lambda(1.99, "8x A100 SXM 40 GB"),
	},
	"a100-80gb": {
		name: "NVIDIA A100 SXM4 80 GB",
		flopsPerSecond: 312 * TFLOPS,
		precision: "bf16",
		memoryBytes: 80 * GB,
		bandwidthBytesPerSecond: 2.039 * TB,
		source: "https://www.nvidia.com/en-us/data-center/a100/ data sheet (312 TFLOPS dense, 80 GB, 2,039 GB/s)",
		pricePerHour: lambda(2.79, "8x A100 SXM 80 GB"),
	},
	b200: {
		name: "NVIDIA B200 SXM 180 GB",
		flopsPerSecond: 2250 * TFLOPS,
		precision: "bf16",
		memoryBytes: 180 * GB,
		bandwidthBytesPerSecond: 8 * TB,
		unverified: ["bandwidthBytesPerSecond"],
		source:
			"NVIDIA HGX B200 and DGX B200 data sheets (8 GPUs: 36 PFLOPS with sparsity, 1,440 GB, 64 TB/s; halved and divided by 8); 2,250 dense and 180 GB agree with public tables and offers, of the bandwidth they give 7.7 and 8 TB/s",
		pricePerHour: lambda(6.99, "1x B200 SXM6 (8x: 6.69)"),
	},
	gb200: {
		name: "NVIDIA GB200, per Blackwell GPU",
		flopsPerSecond: 2500 * TFLOPS,
		precision: "bf16",
		memoryBytes: 186 * GB,
		bandwidthBytesPerSecond: 8 * TB,
		unverified: ["flopsPerSecond", "memoryBytes", "bandwidthBytesPerSecond"],
		source:
			"NVIDIA GB200 NVL72 data sheet, superchip of two GPUs (10 PFLOPS with sparsity, 372 GB, 16 TB/s; halved twice)",
	},
	mi300x: {
		name: "AMD Instinct MI300X 192 GB",
		flopsPerSecond: 1307.4 * TFLOPS,
		precision: "bf16",
		memoryBytes: 192 * GB,
		bandwidthBytesPerSecond: 5.3 * TB,
		unverified: ["flopsPerSecond"],
		source:
			"AMD Instinct MI300X data sheet (1,307.4 TFLOPS dense bf16; 192 GB HBM3, 5.3 TB/s); public pages say about 1.3 PFLOPS",
	},
	l40s: {
		name: "NVIDIA L40S 48 GB",
		flopsPerSecond: 362.05 * TFLOPS,
		precision: "bf16",
		memoryBytes: 48 * GB,
		bandwidthBytesPerSecond: 864 * GB,
		source:
			"https://www.nvidia.com/en-us/data-center/l40s/ data sheet (362.05 TFLOPS dense, 733 with sparsity; 48 GB, 864 GB/s)",
	},
	l4: {
		name: "NVIDIA L4 24 GB",
		flopsPerSecond: 121 * TFLOPS,
		precision: "bf16",
		memoryBytes: 24 * GB,
		bandwidthBytesPerSecond: 300 * GB,
		source:
			"https://www.nvidia.com/en-us/data-center/l4/ data sheet (242 TFLOPS with sparsity, halved; 24 GB, 300 GB/s)",
	},
	a10g: {
		name: "NVIDIA A10G 24 GB",
		flopsPerSecond: 70 * TFLOPS,
		precision: "bf16",
		memoryBytes: 24 * GB,
		bandwidthBytesPerSecond: 600 * GB,
		source:
			"https://www.baseten.co/blog/nvidia-a10-vs-a10g-for-ml-model-inference/ (made for AWS G5; 70 TFLOPS dense, not the A10's 125; 24 GB, 600 GB/s)",
	},
	t4: {
		name: "NVIDIA T4 16 GB",
		flopsPerSecond: 65 * TFLOPS,
		precision: "fp16",
		memoryBytes: 16 * GB,
		bandwidthBytesPerSecond: 320 * GB,
		source:
			"https://www.nvidia.com/en-us/data-center/tesla-t4/ data sheet (65 TFLOPS FP16, no bfloat16; 16 GB, 320 GB/s)",
	},
	"rtx-4090": {
		name: "NVIDIA GeForce RTX 4090 24 GB",
		flopsPerSecond: 165.2 * TFLOPS,
		precision: "bf16",
		memoryBytes: 24 * GB,
		bandwidthBytesPerSecond: 1008 * GB,
		source:
			"NVIDIA Ada GPU architecture white paper, appendix A (165.2 TFLOPS dense BF16, FP32 accumulate; 1,008 GB/s), same at https://gigagpu.com/?p=34220",
	},
	"rtx-5090": {
		name: "NVIDIA GeForce RTX 5090 32 GB",
		flopsPerSecond: 209.5 * TFLOPS,
		precision: "bf16",
		memoryBytes: 32 * GB,
		bandwidthBytesPerSecond: 1792 * GB,
		source:
			"NVIDIA RTX Blackwell GPU architecture white paper (209.5 TFLOPS dense BF16, FP32 accumulate, 419 with sparsity; 32 GB, 1,792 GB/s)",
	},
	"rtx-3090": {
		name: "NVIDIA GeForce RTX 3090 24 GB",
		flopsPerSecond: 71 * TFLOPS,
		precision: "bf16",
		memoryBytes: 24 * GB,
		bandwidthBytesPerSecond: 936 * GB,
		source:
			"NVIDIA Ampere GA102 GPU architecture white paper (71 TFLOPS dense BF16, FP32 accumulate, 142 with sparsity; 24 GB, 936 GB/s)",
	},
	"tpu-v5e": {
		name: "Google Cloud TPU v5e, per chip",
		flopsPerSecond: 197 * TFLOPS,
		precision: "bf16",
		memoryBytes: 16 * GB,
		bandwidthBytesPerSecond: 819 * GB,
		source: "https://docs.cloud.google.com/tpu/docs/v5e (197 TFLOPS bf16; 16 GB HBM2, 819 GB/s)",
	},
	"tpu-v5p": {
		name: "Google Cloud TPU v5p, per chip",
		flopsPerSecond: 459 * TFLOPS,
		precision: "bf16",
		memoryBytes: 95 * GB,
		bandwidthBytesPerSecond: 2765 * GB,
		source: "https://cloud.google.com/tpu/docs/v5p (459 TFLOPS bf16; 95 GB HBM2e, 2,765 GB/s)",
	},
} as const satisfies Record<string, Hardware>;

export type HardwareId = keyof typeof HARDWARE;

/** Finds an accelerator id, ignoring case. Throws `unknown-name`, suggesting the nearest id. */
export function resolveHardwareId(name: string): HardwareId {
	const ids = Object.keys(HARDWARE) as HardwareId[];
	const found = ids.find((id) => id === name.toLowerCase());
	if (found !== undefined) return found;
	const hint = nearest(name, ids);
	throw new OnevisionError(
		"unknown-name",
		`accelerator ${JSON.stringify(name.slice(0, 80))}: not known${hint === undefined ? "." : `; did you mean ${hint}?`} Known: ${ids.join(", ")}`,
	);
}
