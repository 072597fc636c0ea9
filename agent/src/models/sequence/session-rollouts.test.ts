import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/index.js";
import { inputsFor, plainStep, START_STEP, type CallStep } from "./call-step.js";
import { newWeights } from "./lstm-weights.js";
import { ServingNetwork } from "./serving-network.js";
import { MAX_ROLLOUT_STEPS, SessionRollouts, type RolloutParts } from "./session-rollouts.js";
import { FIRST_OPERATION_TOKEN, END_TOKEN, START_TOKEN } from "./vocabulary.js";

const OPERATIONS = 4;
const TOKENS = FIRST_OPERATION_TOKEN + OPERATIONS;

/** Counts its steps. */
class CountingNetwork extends ServingNetwork {
  steps = 0;
  override advance(state: Float32Array, step: CallStep): void {
    this.steps += 1;
    super.advance(state, step);
  }
}

function network(seed: number): CountingNetwork {
  const weights = newWeights(
    { inputs: inputsFor(TOKENS), units: 4, outputs: TOKENS },
    seededRandom(seed),
  );
  return new CountingNetwork(weights, { bits: 1, deviation: 1 });
}

const sessions = fc.array(
  fc.record({
    tokens: fc.array(fc.integer({ min: FIRST_OPERATION_TOKEN, max: TOKENS - 1 }), { minLength: 1 }),
    silence: fc.double({ min: 0, max: 1800, noNaN: true }),
  }),
  { maxLength: 40 },
);

type Silent = readonly { readonly tokens: readonly number[]; readonly silence: number }[];

function parts(from: CountingNetwork, open: Silent, arrivalRate: number): RolloutParts {
  return {
    network: from,
    open: open.map(({ tokens, silence }) => ({
      steps: [START_STEP, ...tokens.map(plainStep)],
      lastSeconds: 5000 - silence,
      state: from.stateAfter([START_STEP, ...tokens.map(plainStep)]),
    })),
    nowSeconds: 5000,
    arrivalRate,
    meanPauseSeconds: (token) => 0.5 + token,
    random: seededRandom(3),
  };
}

describe("SessionRollouts", () => {
  it("expects rates that are not negative, of calls only, with bounded work", () => {
    const property = fc.property(
      fc.integer(),
      sessions,
      fc.constantFrom(0, 0.001, 5),
      fc.array(fc.double({ min: 1, max: 90_000, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (seed, open, arrivalRate, moments) => {
        const counting = network(seed);
        const given = parts(counting, open, arrivalRate);
        counting.steps = 0;
        const rollouts = new SessionRollouts(given, 8);
        for (const moment of moments.sort((a, b) => a - b)) {
          const rates = rollouts.ratesAt(moment);
          expect(rates.every((rate) => rate >= 0 && Number.isFinite(rate))).toBe(true);
          expect([rates[START_TOKEN], rates[END_TOKEN]]).toEqual([0, 0]);
          // Each new session begins with a call.
          const sum = rates.reduce((total, rate) => total + rate, 0);
          expect(sum).toBeGreaterThanOrEqual(arrivalRate * (1 - 1e-9));
        }
        // One more is the start state.
        expect(counting.steps).toBeLessThanOrEqual(8 * MAX_ROLLOUT_STEPS + 1);
        expect(() => rollouts.ratesAt(0)).toThrow(RangeError);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it("expects nothing without sessions, and leaves those that go on as they are", () => {
    const counting = network(1);
    const none = new SessionRollouts(parts(counting, [], 0), 8).ratesAt(60);
    expect(none.every((rate) => rate === 0)).toBe(true);
    const given = parts(counting, [{ tokens: [3, 4], silence: 2 }], 0);
    const before = structuredClone([...given.open]);
    new SessionRollouts(given, 8).ratesAt(600);
    expect([...given.open]).toEqual(before);
  });

  it("expects the calls of a stream of sessions that goes on: arrivals times calls a session", () => {
    // Each of 7 tokens is as likely, and 5 of them are calls: 1 / (1 - 5 / 7) = 3.5 calls a session.
    const flat = network(1);
    for (const values of [flat.kernel.weights.outputKernel, flat.kernel.weights.outputBias]) {
      values.fill(0);
    }
    const given = { ...parts(flat, [], 2), meanPauseSeconds: () => 3 };
    const rates = new SessionRollouts(given, 32).ratesAt(900);
    const total = rates.reduce((sum, rate) => sum + rate, 0);
    expect(total).toBeCloseTo(2 * 3.5, 9);
  });
});
