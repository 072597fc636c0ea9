import { describe, expect, it } from "vitest";
import { UsageError } from "../../cli/io.js";
import { driftTask } from "./task.js";

const context = { tell: () => undefined };

/** Some hours of calls go through the whole flow, and danfo takes seconds to load on a busy machine. */
describe("evaluate drift", { timeout: 60_000 }, () => {
  it("finds another order of calls soon, says which role, and is quiet without a change", async () => {
    const { result } = await driftTask.run(
      { scenario: "call_order", seeds: "2", models: "before", hours: "2" },
      context,
    );
    expect(result).toMatchObject({
      seeds: 2,
      scenarios: {
        call_order: { before: { detected_30min: 1, named: 1, false_alarms: 0 } },
      },
    });
    const quiet = await driftTask.run(
      { scenario: "no_change", seeds: "2", models: "before", hours: "1" },
      context,
    );
    expect(quiet.result).toMatchObject({
      scenarios: { no_change: { before: { false_alarms: 0 } } },
    });
    // An hour of 10 s windows.
    const { scores } = quiet.predictions as { scores: Record<string, unknown[]> };
    expect(scores["no_change/before/2"]?.length).toBe(360);
  });

  it("finds with mixtures that sizes spread, which their mean does not tell", async () => {
    const { result } = await driftTask.run(
      { scenario: "payload_spread", seeds: "2", models: "payload", hours: "2" },
      context,
    );
    expect(result).toMatchObject({
      scenarios: { payload_spread: { payload: { detected_30min: 1, named: 1, false_alarms: 0 } } },
    });
  });

  it.each([
    [{ scenario: "nothing" }, "--scenario"],
    [{ models: "none" }, "--models"],
    [{ seeds: "0" }, "--seeds"],
    [{ seeds: "1.5" }, "--seeds"],
    [{ "first-seed": "" }, "--first-seed"],
    [{ hours: "0.1" }, "--hours"],
    [{ "ramp-minutes": "-1" }, "--ramp-minutes"],
  ])("refuses %j", async (values, flag) => {
    const refused = expect(driftTask.run(values, context)).rejects;
    await refused.toThrow(UsageError);
    await expect(driftTask.run(values, context)).rejects.toThrow(flag);
  });
});
