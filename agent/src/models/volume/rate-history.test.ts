import { describe, expect, it } from "vitest";
import { RateHistory } from "./rate-history.js";

describe("RateHistory", () => {
  it("regression: windows left out do not show what the ring held a lap ago", () => {
    const history = new RateHistory(4);
    for (let index = 0; index < 4; index += 1) history.append(index, index);
    history.append(6, 6); // 4 and 5 were left out; their places held 0 and 1
    expect([2, 3, 4, 5, 6, 7].map((index) => history.at(index))).toEqual([
      NaN,
      3,
      NaN,
      NaN,
      6,
      NaN,
    ]);
    history.append(1000, 7); // longer than the ring
    expect([996, 997, 998, 999, 1000].map((index) => history.at(index))).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      7,
    ]);
    expect(history.length).toBe(4);
  });

  it("takes means of what is known, when enough is", () => {
    const history = new RateHistory(8);
    for (const [index, rate] of [4, NaN, 8, NaN].entries()) history.append(index, rate);
    expect(history.mean(0, 3, 0.5)).toBe(6);
    expect(history.mean(0, 3, 0.6)).toBeNaN();
    expect(history.mean(3, 3, 0)).toBeNaN();
  });
});
