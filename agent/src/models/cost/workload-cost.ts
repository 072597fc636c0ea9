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
  /** In the order of the last reading: the first one was silent longest. */
  readonly #lastReading = new Map<string, UsageReading>();
  #forgottenInstances = 0;

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
    // One that was overtaken on its way says nothing new, and would look like a reset.
    if (before !== undefined && reading.timeSeconds <= before.timeSeconds) return;
    this.#remember(reading);
    if (reading.memoryBytes !== undefined) this.#add("memory", reading, reading.memoryBytes, 1);
    if (before === undefined) return;
    const calls = increase(before.calls, reading.calls);
    if (calls === undefined || calls === 0) return;
    const cpu = increase(before.cpuSeconds, reading.cpuSeconds);
    if (cpu !== undefined) this.#add("cpu", reading, cpu, calls);
    const network = increase(before.networkBytes, reading.networkBytes);
    if (network !== undefined) this.#add("usageNetwork", reading, network, calls);
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
    if (durations > 0) this.#add("duration", at, durationSeconds, durations);
  }

  compare(): ModelResult<CostComparison> {
    const { cpu, usageNetwork, callNetwork } = this.#ratios;
    const calls = Math.max(
      ...[cpu, usageNetwork, callNetwork].map(({ learned }) => learned.weight),
    );
    if (calls === 0) return warmingUp("no_usage_yet");
    if (calls < MINIMUM_CALLS) return warmingUp("too_few_calls");
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
    const value = (measure: Measure) => {
      const ratios = this.#ratios[measure];
      const isBelieved = measure === "memory" || ratios.learned.weight >= MINIMUM_CALLS;
      return isBelieved ? ratios[when].value : undefined;
    };
    return {
      cpuSecondsPerCall: value("cpu"),
      networkBytesPerCall: value("usageNetwork") ?? value("callNetwork"),
      memoryBytesPerReplica: value("memory"),
      durationSeconds: value("duration"),
    };
  }

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

function increase(before: number | undefined, after: number | undefined): number | undefined {
  if (before === undefined || after === undefined || after < before) return undefined;
  return after - before;
}
