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

  it("can't be confused by separators in names", () => {
    const log = new AlertLog({ clock: new ManualClock() });
    log.record({ ...payload("firing", 'b","c'), groupKey: "a" });
    log.record({ ...payload("firing", "c"), groupKey: 'a","b' });
    expect(log.list()).toHaveLength(2);
  });
});
