import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { Companion, newsInWords, readPanelNews } from "./companion.js";

class FakeChannel extends EventEmitter {
  readonly sent: unknown[] = [];
  send = (message: unknown): boolean => {
    this.sent.push(message);
    return true;
  };
}

const WHERE = {
  metricsUrl: "http://127.0.0.1:9472",
  prometheusUrl: undefined,
  workload: "shop",
  clock: { startSeconds: 1, machineStartSeconds: 1, rate: 13 },
};

describe("the companion", () => {
  it("is not there when nobody listens", () => {
    expect(Companion.of(new EventEmitter())).toBeUndefined();
  });

  it("is told where things run, and keeps its last news", () => {
    const channel = new FakeChannel();
    const companion = Companion.of(channel);
    companion?.announce(WHERE);
    expect(channel.sent).toEqual([WHERE]);
    expect(companion?.news).toBeUndefined();
    channel.emit("message", { kind: "under_way", phase: "building", seconds: 4.9 });
    channel.emit("message", { kind: "something else" });
    expect(companion?.news).toEqual({ kind: "under_way", phase: "building", seconds: 4.9 });
    channel.emit("message", { kind: "ready", url: "http://127.0.0.1:3470" });
    expect(companion?.news).toEqual({ kind: "ready", url: "http://127.0.0.1:3470" });
  });
});

describe("its news", () => {
  it.each([
    [undefined, "waiting to be built"],
    [{ kind: "under_way", phase: "building", seconds: 4.9 } as const, "building, 4 s"],
    [{ kind: "ready", url: "http://127.0.0.1:3470" } as const, "http://127.0.0.1:3470"],
    [{ kind: "failed", why: "could not be built" } as const, "could not be built"],
  ])("%j in words", (news, words) => {
    expect(newsInWords(news)).toBe(words);
  });

  it.each([
    [null],
    ["ready"],
    [{}],
    [{ kind: "ready" }],
    [{ kind: "ready", url: 1 }],
    [{ kind: "under_way", phase: "building" }],
    [{ kind: "failed", why: [] }],
  ])("is not %j", (message) => {
    expect(readPanelNews(message)).toBeUndefined();
  });
});
