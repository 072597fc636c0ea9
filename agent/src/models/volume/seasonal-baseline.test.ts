import { describe, expect, it } from "vitest";
import { RateHistory } from "./rate-history.js";
import { SeasonalBaseline } from "./seasonal-baseline.js";

/** The rate of each window is its number. */
function counting(windows: number): RateHistory {
  const history = new RateHistory(1000);
  for (let index = 0; index < windows; index += 1) history.append(index, index);
  return history;
}

describe("SeasonalBaseline", () => {
  it("looks one season back, over the neighborhood", () => {
    const baseline = new SeasonalBaseline(10, 1);
    // Windows 22..23 and a neighbor on each side, 10 earlier: 11..14.
    expect(baseline.at(counting(21), 20, 22, 23)).toBe(12.5);
    // 30..31 minus 10 would need 21 and 22, which are to come at 20: two seasons, 9..12.
    expect(baseline.at(counting(21), 20, 30, 31)).toBe(10.5);
  });

  it("takes the mean with seven seasons ago where it is known", () => {
    const baseline = new SeasonalBaseline(10, 0);
    // 105 is 95 a season ago and 35 seven ago.
    expect(baseline.at(counting(101), 100, 105, 105)).toBe(65);
  });

  it("knows nothing without a season of history", () => {
    expect(new SeasonalBaseline(10, 1).at(counting(5), 4, 6, 6)).toBeNaN();
  });
});
