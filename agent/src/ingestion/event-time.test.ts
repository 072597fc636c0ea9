import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ingestionOf, NOW, record } from "./fixture.js";

const SHOP = "default/Deployment/shop";

/** An ingestion whose workload has closed the time before `watermarkSeconds`. */
function closedBefore(watermarkSeconds: number) {
  const parts = ingestionOf({ watermarkSeconds: () => watermarkSeconds });
  const placeOf = (fields: Record<string, unknown>): number | undefined => {
    parts.ingestion.ingest([record(fields)]);
    return parts.queue.take(1)[0]?.timeSeconds;
  };
  return { ...parts, placeOf };
}

describe("late calls", () => {
  test("ended before the watermark of their workload; what was taken in time is a duplicate", () => {
    const watermarks = new Map<string, number>();
    const { clock, ingestion } = ingestionOf({
      watermarkSeconds: (workload) => watermarks.get(workload),
    });
    ingestion.ingest([record({ id: "in time" })]);
    clock.advance(1);
    watermarks.set(SHOP, NOW + 1);
    const result = ingestion.ingest([
      record({ id: "in time" }),
      record({ id: "too late" }),
      record({ id: "too late" }),
      record({ timestamp: NOW + 1 }),
      record({ service: "other" }),
    ]);
    expect(result).toMatchObject({ accepted: 2, duplicate: 1, late: 2 });
    expect(ingestion.counts()).toMatchObject({ accepted: 3, duplicate: 1, late: 2 });
  });

  test("regression: a call that lasts longer than the lateness is not one of them", () => {
    const { ingestion, placeOf } = closedBefore(NOW - 10);
    // Began 15 s ago and ends now, so that no one could tell of it before.
    expect(placeOf({ timestamp: NOW - 15, durationSeconds: 15 })).toBe(NOW - 10);
    expect(placeOf({ timestamp: NOW - 15, durationSeconds: 5 })).toBe(NOW - 10);
    expect(placeOf({ timestamp: NOW - 15, durationSeconds: 4.9 })).toBeUndefined();
    expect(placeOf({ timestamp: NOW - 15, durationSeconds: undefined })).toBeUndefined();
    expect(ingestion.counts()).toMatchObject({ accepted: 2, late: 2 });
  });

  test("a long call that began in time stays where it began", () => {
    const { placeOf } = closedBefore(NOW - 10);
    expect(placeOf({ timestamp: NOW - 9, durationSeconds: 9 })).toBe(NOW - 9);
    expect(placeOf({ timestamp: NOW - 9, durationSeconds: 1e6 })).toBe(NOW - 9);
  });
});

describe("calls from the future", () => {
  test("clocks may be a minute apart, no more", () => {
    const { ingestion } = ingestionOf();
    expect(
      ingestion.ingest([record({ timestamp: NOW + 60 }), record({ timestamp: NOW + 60.5 })]),
    ).toMatchObject({ accepted: 1, rejected: [{ index: 1, field: "timestamp" }] });
    expect(ingestion.counts().rejected.future_timestamp).toBe(1);
  });

  test("regression: one instance with a fast clock does not make the calls of all others late", () => {
    const latenessSeconds = 10;
    let latestSeconds = -Infinity;
    const { clock, ingestion, queue } = ingestionOf({
      watermarkSeconds: () => latestSeconds - latenessSeconds,
    });
    for (let second = 0; second < 60; second++) {
      clock.set(NOW + second);
      const timestamp = NOW + second;
      ingestion.ingest([
        record({ timestamp: timestamp + 50, instance: "fast" }),
        ...Array.from({ length: 9 }, () => record({ timestamp, instance: "right" })),
      ]);
      for (const call of queue.take(10)) latestSeconds = Math.max(latestSeconds, call.timeSeconds);
    }
    expect(ingestion.counts()).toMatchObject({ accepted: 600, late: 0 });
    expect(latestSeconds).toBe(NOW + 59);
  });
});

test("a taken call is never before the watermark, never ahead of the clock, and moved no further than need be", () => {
  const offset = fc.double({ min: -100, max: 60, noNaN: true });
  fc.assert(
    fc.property(
      offset,
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: -100, max: 0, noNaN: true }),
      (beganOffset, durationSeconds, watermarkOffset) => {
        const watermark = NOW + watermarkOffset;
        const timestamp = NOW + beganOffset;
        const { placeOf } = closedBefore(watermark);
        const placed = placeOf({ timestamp, durationSeconds });
        if (timestamp + durationSeconds < watermark) {
          expect(placed).toBeUndefined();
        } else {
          expect(placed).toBe(Math.min(Math.max(timestamp, watermark), NOW));
        }
      },
    ),
  );
});
