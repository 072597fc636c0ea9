import { describe, expect, it } from "vitest";

import { ManualClock } from "../core/index.js";
import { AlertLog } from "./alert-log.js";
import { alertPayloadSchema } from "./alert-schema.js";
import type { AlertPayload } from "./alert-schema.js";

const payload = (status: "firing" | "resolved", ...fingerprints: string[]): AlertPayload =>
  alertPayloadSchema.parse({
    version: "4",
    groupKey: "group",
    status,
    receiver: "presage",
    alerts: fingerprints.map((fingerprint) => ({
      status,
      labels: { alertname: fingerprint },
      startsAt: "2026-03-01T12:00:00Z",
      fingerprint,
    })),
  });

describe("AlertLog", () => {
  it("keeps firing and resolved apart, and repeats together", () => {
    const clock = new ManualClock(100);
    const log = new AlertLog({ clock });
    expect(log.record(payload("firing", "a", "b"))).toEqual({ recorded: 2, repeated: 0 });
    clock.set(160);
    expect(log.record(payload("firing", "a"))).toEqual({ recorded: 0, repeated: 1 });
    clock.set(220);
    expect(log.record(payload("resolved", "a"))).toEqual({ recorded: 1, repeated: 0 });
    expect(
      log.list().map(({ fingerprint, status, timesReceived, firstReceivedSeconds }) => ({
        alert: `${fingerprint} ${status}`,
        timesReceived,
        firstReceivedSeconds,
      })),
    ).toEqual([
      { alert: "a resolved", timesReceived: 1, firstReceivedSeconds: 220 },
      { alert: "a firing", timesReceived: 2, firstReceivedSeconds: 100 },
      { alert: "b firing", timesReceived: 1, firstReceivedSeconds: 100 },
    ]);
  });

  it("forgets what it has not heard of for longest, and counts it", () => {
    const log = new AlertLog({ clock: new ManualClock(), maxAlerts: 2 });
    log.record(payload("firing", "a", "b"));
    log.record(payload("firing", "a", "c"));
    expect(log.list().map(({ fingerprint }) => fingerprint)).toEqual(["c", "a"]);
    expect(log.dropped).toBe(1);
  });

  it("regression: is bounded in characters too, however few the alerts are", () => {
    // Each about 64 labels x 1,024 characters and so 66,000: some 30 of them in 2 million.
    const log = new AlertLog({ clock: new ManualClock() });
    const labels = Object.fromEntries(
      Array.from({ length: 64 }, (_, label) => [`label${label}`, "x".repeat(1_024)]),
    );
    for (let alert = 0; alert < 200; alert++) {
      const [only] = payload("firing", `alert-${alert}`).alerts;
      if (only === undefined) throw new Error("the payload has one alert");
      log.record({ ...payload("firing"), alerts: [{ ...only, labels }] });
    }
    const kept = log.list();
    expect(JSON.stringify(kept).length).toBeLessThan(2_100_000);
    expect(kept.length).toBeGreaterThan(25);
    expect(kept[0]?.fingerprint).toBe("alert-199");
    expect(log.dropped).toBe(200 - kept.length);
  });

  it("counts no alert twice: one that repeats pushes no other out", () => {
    // An alert takes key 22 + group 5 + fingerprint 1 + start 20 + label 9 + 1 = 58 characters.
    const log = new AlertLog({ clock: new ManualClock(), maxCharacters: 120 });
    log.record(payload("firing", "a", "b"));
    for (let repeat = 0; repeat < 10; repeat++) log.record(payload("firing", "a"));
    expect(log.list().map(({ fingerprint }) => fingerprint)).toEqual(["a", "b"]);
    log.record(payload("firing", "c"));
    expect(log.list().map(({ fingerprint }) => fingerprint)).toEqual(["c", "a"]);
    expect(log.dropped).toBe(1);
  });

  it("can't be confused by separators in names", () => {
    const log = new AlertLog({ clock: new ManualClock() });
    log.record({ ...payload("firing", 'b","c'), groupKey: "a" });
    log.record({ ...payload("firing", "c"), groupKey: 'a","b' });
    expect(log.list()).toHaveLength(2);
  });
});
