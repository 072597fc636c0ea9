import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLoadEvent } from "./load-event.js";

const EVENT = {
  event: "exports_begin",
  storySeconds: 900,
  sent: 9,
  answered: 8,
  refused: 1,
  failed: 0,
};

describe("readLoadEvent", () => {
  it("reads an event", () => {
    expect(readLoadEvent(JSON.stringify(EVENT))).toEqual(EVENT);
  });

  it.each([
    ["another event", { ...EVENT, event: "lunch" }],
    ["a missing count", { ...EVENT, sent: undefined }],
    ["a count as text", { ...EVENT, failed: "0" }],
    ["null", null],
  ])("ignores %s", (_name, message) => {
    expect(readLoadEvent(JSON.stringify(message))).toBeUndefined();
  });

  it("never throws, whatever the line", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(readLoadEvent(line)).toBeUndefined();
      }),
    );
  });
});
