import type {
  Cost,
  CostComparison,
  Json,
  ModelResult,
  Persistent,
  UsageReading,
  WindowSummary,
} from "../../core/index.js";
import { failed, ready, warmingUp } from "../../core/index.js";

export interface WorkloadCostOptions {
  /** Half-life of what counts as recent, seconds. */
  readonly recentHalfLifeSeconds: number;
  /** Half-life of what was learned, seconds. */
  readonly learnedHalfLifeSeconds: number;
}

/**
 * Calls behind a cost before it is believed. With fewer recent ones what runs without any call (a
 * heartbeat, garbage collection) would count as their cost, so what was learned speaks for them.
 */
const MINIMUM_CALLS = 50;
/** What was measured longer ago than this many half-lives of the recent cost is stale: 3% of it is left. */
const STALE_HALF_LIVES = 5;
/**
 * CPU that is used while no call ends belongs to the calls that end later, but no longer than a call may
 * take: a proxy gives up after a minute (nginx, proxy_read_timeout).
 */
const LONGEST_CALL_SECONDS = 60;
/** Instances whose last counters are kept; past it the one that was silent longest is forgotten. */
const MAXIMUM_INSTANCES = 1000;

/** A ratio of two sums (CPU-seconds over calls, say) that forgets with event time. */
class ForgettingRatio {
  #numerator = 0;
  #denominator = 0;
  #timeSeconds = 0;
  readonly #halfLifeSeconds: number;

  constructor(halfLifeSeconds: number) {
    this.#halfLifeSeconds = halfLifeSeconds;
  }

  add(timeSeconds: number, numerator: number, denominator: number): void {
    const elapsed = Math.max(0, timeSeconds - this.#timeSeconds);
    const kept = this.#timeSeconds === 0 ? 0 : 0.5 ** (elapsed / this.#halfLifeSeconds);
    this.#numerator = this.#numerator * kept + numerator;
    this.#denominator = this.#denominator * kept + denominator;
    this.#timeSeconds = Math.max(this.#timeSeconds, timeSeconds);
  }

  get weight(): number {
    return this.#denominator;
  }

  /** What is left of the weight at a later moment. */
  weightAt(nowSeconds: number): number {
    return this.#denominator * 0.5 ** (this.ageSeconds(nowSeconds) / this.#halfLifeSeconds);
  }

  /** Seconds since the last addition; never negative. */
  ageSeconds(nowSeconds: number): number {
    return Math.max(0, nowSeconds - this.#timeSeconds);
  }

  /** Undefined before anything was added. */
  get value(): number | undefined {
    return this.#denominator > 0 ? this.#numerator / this.#denominator : undefined;
  }

  snapshot(): Json {
    return [this.#numerator, this.#denominator, this.#timeSeconds];
  }

  restore(snapshot: Json | undefined, name: string): void {
    const values = Array.isArray(snapshot) ? (snapshot as Json[]) : [];
    const [numerator, denominator, timeSeconds] = values;
    if (
      typeof numerator !== "number" ||
      typeof denominator !== "number" ||
      typeof timeSeconds !== "number"
    ) {
      throw new TypeError(`cost.${name}: expected [numerator, denominator, time]`);
    }
    this.#numerator = numerator;
    this.#denominator = denominator;
    this.#timeSeconds = timeSeconds;
  }
}

const MEASURES = [
  "cpu",
  "usageNetwork",
  "callNetwork",
  "memory",
  "usageDuration",
  "callDuration",
] as const;
type Measure = (typeof MEASURES)[number];

/**
 * What a call of a workload costs, all operations together: measured usage over the calls of the same
 * time, recent beside learned. CPU, memory and network come from the service's own counters, duration from
 * the calls; network falls back to the sizes of the calls, duration to the service's counters.
 */
export class WorkloadCost implements Persistent {
  readonly #staleSeconds: number;
  readonly #ratios: Record<Measure, { recent: ForgettingRatio; learned: ForgettingRatio }>;
  /** In the order of the last reading: the first one was silent longest. */
  readonly #lastReading = new Map<string, UsageReading>();
  #forgottenInstances = 0;

  constructor(options: WorkloadCostOptions) {
    const pair = () => ({
      recent: new ForgettingRatio(options.recentHalfLifeSeconds),
      learned: new ForgettingRatio(options.learnedHalfLifeSeconds),
    });
    this.#staleSeconds = STALE_HALF_LIVES * options.recentHalfLifeSeconds;
    this.#ratios = {
      cpu: pair(),
      usageNetwork: pair(),
      callNetwork: pair(),
      memory: pair(),
      usageDuration: pair(),
      callDuration: pair(),
    };
  }

  /** Counters of one instance. A counter that fell was reset: that interval is left out. */
  recordUsage(reading: UsageReading): void {
    const before = this.#lastReading.get(reading.instance);
    // One that was overtaken on its way says nothing new, and would look like a reset.
    if (before !== undefined && reading.timeSeconds <= before.timeSeconds) return;
    const calls = increase(before?.calls, reading.calls);
    const isCallUnderWay =
      before !== undefined &&
      calls === 0 &&
      reading.timeSeconds - before.timeSeconds < LONGEST_CALL_SECONDS &&
      !COUNTERS.some((counter) => hasFallen(before[counter], reading[counter]));
    this.#remember(isCallUnderWay ? before : reading);
    if (reading.memoryBytes !== undefined) this.#add("memory", reading, reading.memoryBytes, 1);
    if (before === undefined || calls === undefined || calls === 0) return;
    const cpu = increase(before.cpuSeconds, reading.cpuSeconds);
    if (cpu !== undefined) this.#add("cpu", reading, cpu, calls);
    const network = increase(before.networkBytes, reading.networkBytes);
    if (network !== undefined) this.#add("usageNetwork", reading, network, calls);
    const duration = increase(before.callDurationSeconds, reading.callDurationSeconds);
    if (duration !== undefined) this.#add("usageDuration", reading, duration, calls);
  }

  /** Instances forgotten because there were too many. */
  get forgottenInstances(): number {
    return this.#forgottenInstances;
  }

  recordCalls(window: WindowSummary): void {
    let bytes = 0;
    let durations = 0;
    let durationSeconds = 0;
    let sized = 0;
    for (const {
      calls,
      requestBytes,
      responseBytes,
      durationSeconds: d,
    } of window.operations.values()) {
      if (responseBytes.count > 0) {
        bytes += requestBytes.sum + responseBytes.sum;
        sized += calls;
      }
      durations += d.count;
      durationSeconds += d.sum;
    }
    const at = { timeSeconds: window.endSeconds };
    if (sized > 0) this.#add("callNetwork", at, bytes, sized);
    if (durations > 0) this.#add("callDuration", at, durationSeconds, durations);
  }

  /**
   * `nowSeconds`: event time. Stale when a resource that was measured is not measured any more: the others
   * alone would make a call look cheaper than it is.
   */
  compare(nowSeconds: number): ModelResult<CostComparison> {
    const { cpu, usageNetwork, callNetwork } = this.#ratios;
    const network = usageNetwork.learned.weight > 0 ? usageNetwork : callNetwork;
    const calls = Math.max(
      ...[cpu, usageNetwork, callNetwork].map(({ learned }) => learned.weight),
    );
    if (calls === 0) return warmingUp("no_usage_yet");
    if (calls < MINIMUM_CALLS) return warmingUp("too_few_calls");
    for (const { learned } of [cpu, network]) {
      if (learned.weight > 0 && learned.ageSeconds(nowSeconds) > this.#staleSeconds) {
        return failed("stale_input");
      }
    }
    return ready({
      recent: this.#cost("recent", nowSeconds),
      learned: this.#cost("learned", nowSeconds),
    });
  }

  snapshot(): Json {
    return Object.fromEntries(
      MEASURES.map((measure) => {
        const { recent, learned } = this.#ratios[measure];
        return [measure, [recent.snapshot(), learned.snapshot()]];
      }),
    );
  }

  restore(snapshot: Json): void {
    if (snapshot === null || typeof snapshot !== "object" || Array.isArray(snapshot)) {
      throw new TypeError("cost: expected an object");
    }
    const fields = snapshot as Readonly<Record<string, Json>>;
    for (const measure of MEASURES) {
      const saved = fields[measure];
      const [recent, learned] = Array.isArray(saved) ? (saved as Json[]) : [];
      this.#ratios[measure].recent.restore(recent, measure);
      this.#ratios[measure].learned.restore(learned, measure);
    }
  }

  #cost(when: "recent" | "learned", nowSeconds: number): Cost {
    const value = (measure: Measure) => {
      const { recent, learned } = this.#ratios[measure];
      // Memory is one of a replica, not one of a call.
      if (measure === "memory") return when === "recent" ? recent.value : learned.value;
      if (learned.weight < MINIMUM_CALLS) return undefined;
      const isRecentThin = recent.weightAt(nowSeconds) < MINIMUM_CALLS;
      return when === "learned" || isRecentThin ? learned.value : recent.value;
    };
    return {
      cpuSecondsPerCall: value("cpu"),
      networkBytesPerCall: value("usageNetwork") ?? value("callNetwork"),
      memoryBytesPerReplica: value("memory"),
      durationSeconds: value("callDuration") ?? value("usageDuration"),
    };
  }

  /** What the next reading of this instance is compared with. */
  #remember(reading: UsageReading): void {
    this.#lastReading.delete(reading.instance);
    this.#lastReading.set(reading.instance, reading);
    if (this.#lastReading.size <= MAXIMUM_INSTANCES) return;
    const oldest = this.#lastReading.keys().next();
    if (oldest.done === true) return;
    this.#lastReading.delete(oldest.value);
    this.#forgottenInstances += 1;
  }

  #add(
    measure: Measure,
    { timeSeconds }: { readonly timeSeconds: number },
    numerator: number,
    denominator: number,
  ): void {
    const { recent, learned } = this.#ratios[measure];
    recent.add(timeSeconds, numerator, denominator);
    learned.add(timeSeconds, numerator, denominator);
  }
}

const COUNTERS = ["cpuSeconds", "networkBytes", "callDurationSeconds"] as const;

function hasFallen(before: number | undefined, after: number | undefined): boolean {
  return before !== undefined && after !== undefined && after < before;
}

function increase(before: number | undefined, after: number | undefined): number | undefined {
  if (before === undefined || after === undefined || after < before) return undefined;
  return after - before;
}
