import { describe, expect, it } from "vitest";

import type { Json } from "../core/index.js";
import { callAt } from "../core/fixture.js";
import { sessionKey, SessionTracker } from "./sessions.js";

const OPTIONS = { sessionGapSeconds: 1800, maxSessions: 3 };
const FIRST = {
  previousOperation: "{start}",
  secondsSincePrevious: undefined,
};

function tracker(): SessionTracker {
  return new SessionTracker(OPTIONS);
}

describe("SessionTracker", () => {
  it("follows a session from call to call", () => {
    const sessions = tracker();
    expect(sessions.place(callAt(100, { actor: "ann", operation: "GET /a" }))).toEqual(FIRST);
    sessions.place(callAt(101, { actor: "bob", operation: "GET /x" }));
    expect(sessions.place(callAt(104, { actor: "ann", operation: "GET /b" }))).toEqual({
      previousOperation: "GET /a",
      secondsSincePrevious: 4,
    });
  });

  it("a silence that is longer than the gap begins a new session; one as long does not", () => {
    const sessions = tracker();
    sessions.place(callAt(0, { actor: "ann" }));
    expect(sessions.place(callAt(1800, { actor: "ann" }))).toMatchObject({
      secondsSincePrevious: 1800,
    });
    expect(sessions.place(callAt(3600.1, { actor: "ann" }))).toEqual(FIRST);
  });

  it("an unknown caller has no session, so that every call is a first one", () => {
    const sessions = tracker();
    for (const seconds of [1, 2]) {
      expect(sessions.place(callAt(seconds))).toEqual(FIRST);
    }
    expect(sessions.size).toBe(0);
  });

  it("the session as given tells apart the sessions of one actor", () => {
    const sessions = tracker();
    sessions.place(callAt(1, { actor: "ann", session: "phone" }));
    expect(sessions.place(callAt(2, { actor: "ann", session: "laptop" }))).toEqual(FIRST);
    expect(sessionKey(callAt(1, { actor: "ann" }))).toBe("ann");
    expect(sessionKey(callAt(1))).toBeUndefined();
  });

  it("past the limit the one that was silent longest is forgotten, and counted", () => {
    const sessions = tracker();
    for (const [index, actor] of ["ann", "bob", "cleo"].entries()) {
      sessions.place(callAt(index, { actor }));
    }
    sessions.place(callAt(5, { actor: "ann" }));
    sessions.place(callAt(6, { actor: "dan" }));
    expect(sessions.size).toBe(3);
    expect(sessions.forgotten).toBe(1);
    expect(sessions.place(callAt(7, { actor: "ann" })).secondsSincePrevious).toBe(2);
    expect(sessions.place(callAt(8, { actor: "bob" }))).toEqual(FIRST);
  });

  it("stays bounded with 100,000 distinct sessions", () => {
    const sessions = tracker();
    for (let index = 0; index < 100_000; index += 1) {
      sessions.place(callAt(index / 1000, { session: `s${index}` }));
    }
    expect(sessions.size).toBe(3);
    expect(sessions.forgotten).toBe(99_997);
  });

  it("expires what has ended, and only that", () => {
    const sessions = tracker();
    sessions.place(callAt(0, { actor: "ann" }));
    sessions.place(callAt(100, { actor: "bob" }));
    sessions.expire(1800);
    expect(sessions.size).toBe(2);
    sessions.expire(1801);
    expect(sessions.size).toBe(1);
    expect(sessions.place(callAt(1801, { actor: "bob" })).secondsSincePrevious).toBe(1701);
  });

  it("restored, it continues identically, down to whom it forgets", () => {
    const sessions = tracker();
    for (const [index, actor] of ["ann", "bob", "cleo", "ann"].entries()) {
      sessions.place(callAt(index, { actor, operation: `GET /${index}` }));
    }
    const restored = tracker();
    restored.restore(JSON.parse(JSON.stringify(sessions.snapshot())) as Json);
    for (const [index, actor] of ["dan", "ann", "bob", "cleo"].entries()) {
      const call = callAt(10 + index, { actor });
      expect(restored.place(call)).toEqual(sessions.place(call));
    }
    expect(restored.snapshot()).toEqual(sessions.snapshot());
  });

  it.each([[null], [[["ann", "GET /", "now"]]], [["ann"]]])("refuses %o", (snapshot) => {
    expect(() => {
      tracker().restore(snapshot);
    }).toThrow(TypeError);
  });
});
