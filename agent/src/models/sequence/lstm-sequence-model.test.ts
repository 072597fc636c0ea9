import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom, SESSION_START, type Json, type Observation } from "../../core/index.js";
import { observationAt } from "../../core/fixture.js";
import { LstmSequenceModel, type LstmSequenceOptions } from "./lstm-sequence-model.js";
import { MarkovSequenceModel } from "./markov.js";
import { runSequenceJob, type SequenceResult } from "./sequence-job.js";

const SMALL: LstmSequenceOptions = {
  units: 8,
  maxOperations: 16,
  minCalls: 10,
  minTrainingCalls: 1000,
  maxSessions: 50,
};

/** One call after another of one session, two seconds apart. */
function session(key: string, startSeconds: number, operations: readonly string[]): Observation[] {
  return operations.map((operation, index) =>
    observationAt(
      startSeconds + 2 * index,
      { operation },
      {
        sessionKey: key,
        previousOperation: operations[index - 1] ?? SESSION_START,
        secondsSincePrevious: index === 0 ? undefined : 2,
      },
    ),
  );
}

/**
 * Who came by the front door leaves by it, and who came by the back door by that; in between lie two
 * calls that are the same, so that only what remembers the beginning knows the end.
 */
function doors(sessions: number, from = 0): Observation[] {
  const random = seededRandom(4 + from);
  return Array.from({ length: sessions }, (_, index) => {
    const door = random() < 0.5 ? "front" : "back";
    return session(`s${from + index}`, 60 * (from + index), [
      `in ${door}`,
      "look",
      "look",
      `out ${door}`,
    ]);
  }).flat();
}

function learned(observations: readonly Observation[], options = SMALL): LstmSequenceModel {
  const model = new LstmSequenceModel(options);
  for (const observation of observations) model.learn(observation);
  return model;
}

function trained(model: LstmSequenceModel): SequenceResult {
  const job = model.dueFit();
  if (job?.kind !== "sequence") throw new Error("no training is due");
  return runSequenceJob(job);
}

/** Each session is ended by its silence when the clock has gone on. */
const SOON_OVER = { ...SMALL, sessionGapSeconds: 60 };
let trainedOnce: Json | undefined;

/** Has learned 400 sessions of four calls, and was trained on them. */
function serving(): LstmSequenceModel {
  if (trainedOnce === undefined) {
    const model = learned(doors(400), SOON_OVER);
    model.adopt(trained(model));
    trainedOnce = model.snapshot();
  }
  const model = new LstmSequenceModel(SOON_OVER);
  model.restore(trainedOnce);
  return model;
}

function through(snapshot: Json): Json {
  return JSON.parse(JSON.stringify(snapshot)) as Json;
}

describe("LstmSequenceModel", () => {
  it("lets the Markov chain serve, and says so, until a network is better", () => {
    const model = learned(doors(400), SOON_OVER);
    expect(model.servedBy).toBe("markov");
    const [, , , out] = session("x", 30_000, ["in front", "look", "look", "out front"]);
    if (out === undefined) throw new Error("no call");
    // The chain knows of "look" only that look, out front or out back follow: over a bit.
    expect(model.bits(out)).toBeGreaterThan(1);
    expect(model.surpriseDrift()).toEqual({ status: "warming_up", reason: "too_few_calls" });

    const result = trained(model);
    // The chain that serves, of order 1, needs 1 + 0 + 1 + 2 bits a session; one of order 3 would need 1.
    expect(result.markovBits).toBeGreaterThan(0.9);
    expect(result.heldBack.bits).toBeLessThan(result.markovBits);
    model.adopt(result);
    expect([model.servedBy, model.generation]).toEqual(["lstm", 1]);
    for (const call of session("x", 30_000, ["in front", "look", "look"])) model.learn(call);
    expect(model.bits(out)).toBeLessThan(0.2);
    const wrong = { ...out, call: { ...out.call, operation: "out back" } };
    expect(model.bits(wrong)).toBeGreaterThan(4);
  });

  it("regression: a fork takes neither sessions nor sequences nor a training of what it comes from", () => {
    const model = serving();
    for (const call of doors(1300, 400)) model.learn(call);
    const pending = model.dueFit();
    for (const call of session("x", 103_000, ["in front", "look", "look"])) model.learn(call);
    const forked = model.fork();
    expect([forked.servedBy, forked.openSessions]).toEqual(["lstm", 0]);
    const [out] = session("y", 103_010, ["in front"]);
    if (out === undefined || pending?.kind !== "sequence") throw new Error("nothing to compare");
    expect(forked.bits(out)).toBe(model.bits(out));
    // Its own that are over: all but the last two. Session x, which goes on elsewhere, is none of them.
    for (const call of doors(20, 2000)) forked.learn(call);
    const { training } = forked.snapshot() as { readonly training: Record<string, Json> };
    expect(training).toMatchObject({ sequences: 18, trainedCalls: 0, pendingFit: 0 });
    // It is trained when it has enough calls of its own, from the weights that serve.
    expect(forked.dueFit()).toBeUndefined();
    for (const call of doors(400, 2020)) forked.learn(call);
    expect(forked.dueFit()).toMatchObject({ kind: "sequence", startIsTrained: true });
  });

  it("names what is likely to come next", () => {
    const model = serving();
    for (const call of session("x", 30_000, ["in back", "look", "look"])) model.learn(call);
    const likely = model.likelyNext("x", 2);
    if (likely.status !== "ready") throw new Error(likely.reason);
    expect(likely.value.map(({ operation }) => operation)[0]).toBe("out back");
    expect(likely.value[0]?.probability).toBeGreaterThan(0.8);
    const start = model.likelyNext(undefined, 2);
    if (start.status !== "ready") throw new Error(start.reason);
    expect(start.value.map(({ operation }) => operation).sort()).toEqual(["in back", "in front"]);
    // The chain answers the same question before.
    const before = learned(doors(20)).likelyNext("unknown", 20);
    expect(before.status).toBe("ready");
  });

  it("scores a session as a whole as call by call, and its end too", () => {
    const model = serving();
    const calls = session("x", 30_000, ["in front", "look", "look", "out front"]);
    const whole = model.sessionBits(calls);
    expect(whole).toHaveLength(5);
    // After the way out nothing comes; after the way in something does.
    expect(whole?.[4]).toBeLessThan(0.2);
    const cut = model.sessionBits(calls.slice(0, 1));
    expect(cut?.[1]).toBeGreaterThan(4);
    for (const [index, call] of calls.entries()) {
      // Live, a call has come: that the session goes on is no surprise any more.
      expect(model.bits(call)).toBeLessThanOrEqual((whole?.[index] ?? 0) + 1e-9);
      model.learn(call);
    }
    expect(learned([]).sessionBits(calls)).toBeUndefined();
  });

  it("takes a new operation as rare, which is no error", () => {
    const model = serving();
    const [call] = session("x", 30_000, ["new"]);
    if (call === undefined) throw new Error("no call");
    expect(model.bits(call)).toBeGreaterThan(5);
    expect(model.bits(call)).toBeLessThanOrEqual(20);
    model.learn(call);
    model.learn({ ...call, secondsSincePrevious: 1, previousOperation: "new" });
    expect(model.status().status).toBe("ready");
  });

  it("says how surprising calls are of late beside what was held back", () => {
    const model = serving();
    for (const call of doors(100, 500)) model.learn(call);
    const usual = model.surpriseDrift();
    if (usual.status !== "ready") throw new Error(usual.reason);
    expect(Math.abs(usual.value.standardErrors)).toBeLessThan(5);
    for (let i = 0; i < 100; i += 1) {
      const odd = session(`odd${i}`, 40_000 + 60 * i, ["out back", "in front", "look", "in back"]);
      for (const call of odd) model.learn(call);
    }
    const odd = model.surpriseDrift();
    if (odd.status !== "ready") throw new Error(odd.reason);
    expect(odd.value.standardErrors).toBeGreaterThan(20);
  });

  it("goes on from its weights when it is trained again, also with new operations", () => {
    const model = serving();
    expect(model.dueFit()).toBeUndefined();
    for (const call of doors(1000, 500)) model.learn(call);
    for (let i = 0; i < 60; i += 1) {
      for (const call of session(`n${i}`, 60_000 + 60 * i, ["in new", "look", "out new"])) {
        model.learn(call);
      }
    }
    const result = trained(model);
    expect(result.startBits).toBeGreaterThan(result.heldBack.bits);
    model.adopt(result);
    expect(model.generation).toBe(2);
    const [first, look] = session("x", 90_000, ["in new", "look"]);
    if (first === undefined || look === undefined) throw new Error("no call");
    expect(model.bits(first)).toBeLessThan(6);
  });

  it("expects calls ahead once a network serves, changes nothing by it, and the same after a restore", () => {
    const untrained = learned(doors(400), SOON_OVER);
    const moment = { nowSeconds: 24_030, secondsAhead: 30 };
    expect(untrained.expectedRates(moment, 8)).toBeUndefined();

    const model = serving();
    const before = through(model.snapshot());
    const rates = model.expectedRates(moment, 8);
    expect(through(model.snapshot())).toEqual(before);
    // One session of four calls a minute.
    const total = [...(rates ?? [])].reduce((sum, [, rate]) => sum + rate, 0);
    expect(total).toBeGreaterThan(0.03);
    expect(total).toBeLessThan(0.12);
    const again = new LstmSequenceModel(SOON_OVER);
    again.restore(before);
    expect(again.expectedRates(moment, 8)).toEqual(rates);
    // A later moment goes on from it; an earlier one begins anew, as if it were the first.
    expect(model.expectedRates({ ...moment, secondsAhead: 300 }, 8)).toBeDefined();
    expect(model.expectedRates(moment, 8)).toEqual(rates);
  });

  it("takes no notice of a fit that is not the last, or is no better", () => {
    const model = learned(doors(400), SOON_OVER);
    const result = trained(model);
    model.adopt({ ...result, id: result.id + 1 });
    expect(model.servedBy).toBe("markov");
    model.adopt({ ...result, markovBits: result.heldBack.bits });
    expect([model.servedBy, model.rejectedFits]).toEqual(["markov", 1]);
    // A diverged training has NaN everywhere.
    const again = learned(doors(400), SOON_OVER);
    const diverged = trained(again);
    again.adopt({ ...diverged, heldBack: { bits: NaN, deviation: NaN } });
    expect(again.servedBy).toBe("markov");
  });

  it("is trained each time its calls have tripled, and once the store is full every hour", () => {
    // A session of four calls a minute; 19 in 20 are kept, with five steps each.
    const model = new LstmSequenceModel({ ...SOON_OVER, units: 4, maxTrainingSteps: 3000 });
    const due: number[] = [];
    for (let visit = 0; visit < 3000; visit += 1) {
      for (const call of doors(1, visit)) model.learn(call);
      if (model.dueFit() !== undefined) due.push(visit);
    }
    // 1,000 steps are kept of 210 sessions; then twice as many calls, in 500 sessions.
    // From then on the store is full with 3,000 (of 2,000 calls, END included): 750 sessions of four calls.
    expect(due).toEqual([211, 711, 1461, 2211, 2961]);
    const busy = new LstmSequenceModel({ ...SOON_OVER, units: 4, maxTrainingSteps: 1000 });
    const seconds: number[] = [];
    for (let visit = 0; visit < 2000; visit += 1) {
      // Ten times as fast.
      for (const call of doors(1, visit)) {
        const timeSeconds = call.call.timeSeconds / 10;
        busy.learn({ ...call, call: { ...call.call, timeSeconds } });
        if (busy.dueFit() !== undefined) seconds.push(timeSeconds);
      }
    }
    const gaps = seconds.slice(1).map((time, index) => time - (seconds[index] ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(2);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(3600);
  });

  it("asks again for a training of which nothing came, at most every ten minutes", () => {
    const options = { ...SOON_OVER, units: 4, maxTrainingSteps: 1000 };
    /** Seconds between trainings, at four calls in so many seconds. */
    const gaps = (visitSeconds: number, isFailing: boolean): number[] => {
      const seconds: number[] = [];
      const model = new LstmSequenceModel({ ...options, sessionGapSeconds: visitSeconds });
      for (let visit = 0; visit < 1500; visit += 1) {
        for (const call of doors(1, visit)) {
          const timeSeconds = (call.call.timeSeconds * visitSeconds) / 60;
          model.learn({ ...call, call: { ...call.call, timeSeconds } });
        }
        if (model.dueFit() === undefined) continue;
        seconds.push(visitSeconds * visit);
        if (isFailing) model.adopt({ kind: "failed", message: "x" });
      }
      return seconds.slice(1).map((time, index) => time - (seconds[index] ?? 0));
    };
    // A store of 1,000 has 936 for sure, and a quarter of them are 59 visits: 59 minutes.
    const failing = gaps(60, true);
    expect(failing.length).toBeGreaterThan(15);
    expect(new Set(failing)).toEqual(new Set([59 * 60]));
    // Ten times as fast, they are there before the ten minutes are over.
    expect(new Set(gaps(6, true))).toEqual(new Set([600]));
    // In regular times all that is kept has to be new: 936 calls or more.
    for (const gap of gaps(60, false)) expect(gap).toBeGreaterThanOrEqual(234 * 60);
  });

  it.each([
    [4096, 20],
    [4096, 500],
    [5000, 500],
    [8192, 5000],
  ])("is trained with room for %i calls and sessions of %i", (maxTrainingSteps, length) => {
    const model = new LstmSequenceModel({ ...SOON_OVER, minTrainingCalls: 4096, maxTrainingSteps });
    const look = Array.from({ length }, () => "look");
    let visit = 0;
    // Every twentieth stretch is held back, of at most 64 calls each: five are there after 6,400 calls.
    for (let calls = 0; calls < 12_000; calls += length) {
      for (const call of session(`s${visit}`, 1e5 * visit, look)) model.learn(call);
      visit += 1;
    }
    expect(model.dueFit()).toBeDefined();
  });

  it("asks for nothing while there is little to learn from", () => {
    const few = learned(doors(100));
    expect(few.dueFit()).toBeUndefined();
    // Callers who are unknown have no sequences.
    const unknown = doors(400).map((call) => ({ ...call, sessionKey: undefined }));
    expect(learned(unknown).dueFit()).toBeUndefined();
  });

  it("continues identically after a restore while a network serves and sessions are open", () => {
    const model = serving();
    const more = doors(30, 500);
    for (const call of more.slice(0, 50)) model.learn(call);
    const restored = new LstmSequenceModel(SOON_OVER);
    restored.restore(through(model.snapshot()));
    for (const call of more.slice(50)) {
      expect(restored.bits(call)).toBe(model.bits(call));
      model.learn(call);
      restored.learn(call);
    }
    expect(restored.snapshot()).toEqual(model.snapshot());
    expect(restored.surpriseDrift()).toEqual(model.surpriseDrift());
  });

  it("scores without changing anything while a network serves", () => {
    const model = serving();
    const [call] = session("x", 30_000, ["in front"]);
    if (call === undefined) throw new Error("no call");
    const before = JSON.stringify(model.snapshot());
    const deviations = new Float64Array(2);
    model.score(call, deviations, 0);
    expect(deviations[0]).toBe(model.bits(call));
    model.likelyNext("x", 3);
    model.sessionBits([call]);
    expect(JSON.stringify(model.snapshot())).toBe(before);
  });

  it("gives the same weights for the same calls and seed", () => {
    const one = learned(doors(300), SOON_OVER);
    const other = learned(doors(300), SOON_OVER);
    expect(trained(one)).toEqual(trained(other));
  });

  it("stays bounded with endless sessions and operations, and never writes what is not finite", () => {
    const model = serving();
    const call = fc.record({
      key: fc.nat(200),
      operation: fc.nat(400),
      pause: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
      wait: fc.double({ min: -10, max: 100, noNaN: true }),
    });
    let now = 50_000;
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), (list) => {
        for (const { key, operation, pause, wait } of list) {
          now += wait;
          const observation = observationAt(
            now,
            { operation: `GET /${operation}` },
            {
              sessionKey: `k${key}`,
              previousOperation: pause === undefined ? SESSION_START : "look",
              secondsSincePrevious: pause,
            },
          );
          const bits = model.bits(observation);
          expect(bits).toBeGreaterThanOrEqual(0);
          expect(bits).toBeLessThanOrEqual(20);
          model.learn(observation);
          expect(model.openSessions).toBeLessThanOrEqual(50);
        }
      }),
      { numRuns: 30 },
    );
    const restored = new LstmSequenceModel(SOON_OVER);
    restored.restore(through(model.snapshot()));
  });

  it("takes over what a version without networks knew", () => {
    const old = new MarkovSequenceModel({ minCalls: 10 });
    const calls = doors(50);
    for (const call of calls) old.learn(call);
    const model = serving();
    model.restore(through(old.snapshot()));
    expect([model.servedBy, model.openSessions]).toEqual(["markov", 0]);
    for (const call of calls) expect(model.bits(call)).toBe(old.bits(call));
  });

  it("refuses a network that is not one", () => {
    const snapshot = serving().snapshot() as { network: [Record<string, Json>] };
    const [network] = snapshot.network;
    const weights = network["weights"] as Record<string, Json>;
    const attempt = (changes: Record<string, Json>): (() => void) => {
      const bad = { ...snapshot, network: [{ ...network, weights: { ...weights, ...changes } }] };
      return () => {
        new LstmSequenceModel(SOON_OVER).restore(bad);
      };
    };
    expect(attempt({ kernel: "AAAA" })).toThrow(".kernel");
    expect(attempt({ units: 12 })).toThrow(".units");
    expect(attempt({ inputs: 1e9 })).toThrow(".inputs");
    const notFinite = Buffer.from(new Float32Array(32).fill(Infinity).buffer).toString("base64");
    expect(attempt({ bias: notFinite })).toThrow("finite numbers");
  });

  it("refuses options that can't be", () => {
    expect(() => new LstmSequenceModel({ units: 6 })).toThrow(RangeError);
    expect(() => new LstmSequenceModel({ maxSessions: 0 })).toThrow(RangeError);
    expect(() => new LstmSequenceModel({ maxOperations: 0 })).toThrow(RangeError);
  });
});
