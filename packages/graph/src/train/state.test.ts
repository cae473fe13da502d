/** Training states: what a plan and a checkpoint file refuse. */

import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../safetensors.ts";
import { xorTraining } from "../testing/xor.ts";
import { checkState, decodeState, encodeState } from "./state.ts";

test.each([-1, 0.5, Number.NaN, 2 ** 53])("a step of %s is refused", (step) => {
	const { plan, state } = xorTraining();
	expect(() => checkState(plan, { ...state, step })).toThrow(
		`state: step must be an integer of at least 0, got ${step}`,
	);
});

test("a checkpoint comes back as it was written, its step exact up to 15 digits", () => {
	const { state } = xorTraining();
	const step = 999_999_999_999_999;
	expect(decodeState(encodeState({ ...state, step }))).toEqual({ ...state, step });
});

test.each([
	"",
	"-1",
	"1.5",
	"1e3",
	"9999999999999999",
])("a checkpoint whose step is %j is refused", (step) => {
	const { tensors, metadata } = decodeSafetensors(encodeState(xorTraining().state));
	const bytes = encodeSafetensors({ tensors, metadata: { ...metadata, step } });
	expect(() => decodeState(bytes)).toThrow("checkpoint: has no step; the file is not a training state");
});

test("a checkpoint of half precision is refused", () => {
	const { tensors, metadata } = decodeSafetensors(encodeState(xorTraining().state));
	const half = { dtype: "F16", shape: [16], bytes: new Uint8Array(32) } as const;
	const bytes = encodeSafetensors({ tensors: new Map([...tensors, ["hidden.bias", half]]), metadata });
	expect(() => decodeState(bytes)).toThrow("checkpoint: hidden.bias is F16; a training state is F32");
});
