import { describe, expect, it } from "vitest";
import { quantile, SessionVerdict, type SessionUnusualness } from "./session-verdict.js";

function session(surpriseBits: number, countDistance: number): SessionUnusualness {
  return { surpriseBits, countDistance, hasUnknown: false };
}

describe("SessionVerdict", () => {
  /** Surprises from .002 to 2 bits; every tenth session has one call more of one kind. */
  const usual = Array.from({ length: 1000 }, (_, i) =>
    session((i + 1) / 500, i % 10 === 0 ? Math.log(2) : 0),
  );
  const verdict = new SessionVerdict(usual);

  it("adds both on the scale of usual sessions", () => {
    // 995 of 1,000 have at most 1.99 bits, 997 at most 1.994.
    expect(verdict.surpriseThreshold).toBeCloseTo(1.99, 12);
    expect(verdict.isUnusualBySurprise(session(1.99, 9))).toBe(false);
    expect(verdict.isUnusualBySurprise(session(2, 0))).toBe(true);
    // The most unusual but one: i = 980, 1.962 bits and one call more: 1.962 / 1.994 + 1.
    expect(verdict.score(session(1.962, Math.log(2)))).toBeCloseTo(1, 12);
    expect(verdict.isUnusual(session(1.962, Math.log(2)))).toBe(false);
    expect(verdict.isUnusual(session(0.5, 2 * Math.log(2)))).toBe(true);
    expect(usual.filter((one) => verdict.isUnusual(one))).toHaveLength(1);
  });

  it("takes an operation that never occurred as unusual", () => {
    const strange = { ...session(0, 0), hasUnknown: true };
    expect([verdict.isUnusual(strange), verdict.isUnusualBySurprise(strange)]).toEqual([
      true,
      true,
    ]);
  });

  it("does not divide by a scale of nothing", () => {
    const same = new SessionVerdict([session(0, 0), session(0, 0)]);
    expect(same.isUnusual(session(0, 0))).toBe(false);
    expect(same.isUnusual(session(0, Math.log(2)))).toBe(true);
    expect(() => new SessionVerdict([])).toThrow(RangeError);
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
  });
});
