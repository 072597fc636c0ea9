import { describe, expect, it } from "vitest";

import { encodeFloats, SnapshotReader } from "./snapshot-reader.js";

describe("encodeFloats", () => {
  it.each([
    // Two patterns of NaN: one with the sign, one with a payload.
    [
      "64 bits",
      new Float64Array(new BigUint64Array([0xffff_ffff_ffff_ffffn, 0x7ff8_0000_0000_0001n]).buffer),
    ],
    ["32 bits", new Float32Array(new Uint32Array([0xffff_ffff, 0x7fc0_0001]).buffer)],
  ])("regression: every NaN of %s is written alike", (_name, values) => {
    const [first, second] = [values.subarray(0, 1), values.subarray(1, 2)];
    expect(encodeFloats(first)).toBe(encodeFloats(second));
  });

  it("what was written is read back, NaN and infinities too", () => {
    const values = Float64Array.of(0.1, NaN, -Infinity, -0, 1e308);
    expect(new SnapshotReader(encodeFloats(values), "values").float64s()).toEqual(values);
    const short = Float32Array.of(1.5, NaN, Infinity);
    expect(new SnapshotReader(encodeFloats(short), "values").float32s()).toEqual(short);
  });
});
