import type {
  Cost,
  CostComparison,
  Json,
  ModelResult,
  Persistent,
  UsageReading,
  WindowSummary,
} from "../../core/index.js";
import { ready, warmingUp } from "../../core/index.js";

export interface WorkloadCostOptions {
  /** Half-life of what counts as recent, seconds. */
  readonly recentHalfLifeSeconds: number;
  /** Half-life of what was learned, seconds. */
  readonly learnedHalfLifeSeconds: number;
}

/** Calls behind a cost before it is believed. */
const MINIMUM_CALLS = 50;

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

const MEASURES = ["cpu", "usageNetwork", "callNetwork", "memory", "duration"] as const;
type Measure = (typeof MEASURES)[number];

/**
 * What a call of a workload costs, all operations together: measured usage over the calls of the same
 * time, recent beside learned. CPU, memory and network come from the service's own counters; network falls
 * back to the sizes of the calls, duration comes from the calls.
 */
export class WorkloadCost implements Persistent {
  readonly #ratios: Record<Measure, { recent: ForgettingRatio; learned: ForgettingRatio }>;
  readonly #lastReading = new Map<string, UsageReading>();

  constructor(options: WorkloadCostOptions) {
    const pair = () => ({
      recent: new ForgettingRatio(options.recentHalfLifeSeconds),
      learned: new ForgettingRatio(options.learnedHalfLifeSeconds),
    });
    this.#ratios = {
      cpu: pair(),
      usageNetwork: pair(),
      callNetwork: pair(),
      memory: pair(),
      duration: pair(),
    };
  }

  /** Counters of one instance. A counter that fell was reset: that interval is left out. */
  recordUsage(reading: UsageReading): void {
    const before = this.#lastReading.get(reading.instance);
    this.#lastReading.set(reading.instance, reading);
    if (reading.memoryBytes !== undefined) this.#add("memory", reading, reading.memoryBytes, 1);
    if (before === undefined) return;
    const calls = increase(before.calls, reading.calls);
    if (calls === undefined || calls === 0) return;
    const cpu = increase(before.cpuSeconds, reading.cpuSeconds);
    if (cpu !== undefined) this.#add("cpu", reading, cpu, calls);
    const network = increase(before.networkBytes, reading.networkBytes);
    if (network !== undefined) this.#add("usageNetwork", reading, network, calls);
  }

  /** Forgets an instance that is gone. */
  forgetInstancesBefore(seconds: number): void {
    for (const [instance, { timeSeconds }] of this.#lastReading) {
      if (timeSeconds < seconds) this.#lastReading.delete(instance);
    }
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
      bytes += requestBytes.sum + responseBytes.sum;
      if (responseBytes.count > 0) sized += calls;
      durations += d.count;
      durationSeconds += d.sum;
    }
    const at = { timeSeconds: window.endSeconds };
    if (sized > 0) this.#add("callNetwork", at, bytes, sized);
    if (durations > 0) this.#add("duration", at, durationSeconds, durations);
  }

  compare(): ModelResult<CostComparison> {
    const known = this.#ratios.cpu.learned.weight + this.#ratios.callNetwork.learned.weight;
    if (known === 0) return warmingUp("no_usage_yet");
    if (known < MINIMUM_CALLS) return warmingUp("too_few_calls");
    return ready({ recent: this.#cost("recent"), learned: this.#cost("learned") });
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

  #cost(when: "recent" | "learned"): Cost {
    const value = (measure: Measure) => this.#ratios[measure][when].value;
    return {
      cpuSecondsPerCall: value("cpu"),
      networkBytesPerCall: value("usageNetwork") ?? value("callNetwork"),
      memoryBytesPerReplica: value("memory"),
      durationSeconds: value("duration"),
    };
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

function increase(before: number | undefined, after: number | undefined): number | undefined {
  if (before === undefined || after === undefined || after < before) return undefined;
  return after - before;
}
