import type {
  CallModel,
  CallModelName,
  DriftCause,
  FitJob,
  FitResult,
  Json,
  ModelStatus,
  MomentAhead,
  Observation,
  ServedBy,
} from "../core/index.js";
import { SnapshotReader } from "../core/index.js";

/** Every so many calls one is kept to compare models on. */
const SAMPLE_EVERY = 8;
/** Calls kept for it. */
const SAMPLES = 256;
/** Fewer samples than this decide nothing. */
const MINIMUM_SAMPLES = 32;
/** A candidate may need this many bits a call more before it counts as worse: sampling noise. */
const TOLERATED_BITS = 0.05;

export type Replacement =
  | { readonly status: "accepted"; readonly models: readonly CallModelName[] }
  | {
      readonly status: "rejected";
      readonly reason:
        "malformed" | "worse_on_recent_calls" | "too_few_recent_calls" | "no_previous";
      readonly detail: string;
    };

/** Training that a model of the segment asked for. */
export interface DueFit {
  readonly model: CallModelName;
  readonly job: FitJob;
  /**
   * Gives the result to the model that asked, and answers the causes whose deviations mean something else
   * from now on; none when the model was replaced since.
   */
  readonly adopt: (result: FitResult) => readonly DriftCause[];
}

interface Sample {
  readonly observation: Observation;
  /** What each model said before it learned from the call, bits. */
  readonly bits: readonly number[];
}

/** The models of one segment's calls, behind one score and one learn. */
export class SegmentModels {
  readonly #create: () => readonly CallModel[];
  #models: readonly CallModel[];
  #previous: readonly CallModel[] | undefined;
  readonly #samples: Sample[] = [];
  #calls = 0;

  /** `models`: those to begin with; new ones unless told. */
  constructor(create: () => readonly CallModel[], models = create()) {
    this.#create = create;
    this.#models = models;
  }

  /** Those that learn at present. */
  get models(): readonly CallModel[] {
    return this.#models;
  }

  /** In the order of `score`'s output. */
  get causes(): readonly DriftCause[] {
    return this.#models.flatMap(({ causes }) => causes);
  }

  statuses(): Readonly<Partial<Record<CallModelName, ModelStatus>>> {
    return Object.fromEntries(this.#models.map((model) => [model.name, model.status()]));
  }

  /** Which algorithm answers for each model. */
  servedBy(): Readonly<Partial<Record<CallModelName, ServedBy>>> {
    return Object.fromEntries(this.#models.map((model) => [model.name, model.servedBy]));
  }

  /** Calls that were outliers to a model that tells them; undefined while there is none. */
  get outlierCalls(): number | undefined {
    for (const { outlierCalls } of this.#models)
      if (outlierCalls !== undefined) return outlierCalls;
    return undefined;
  }

  /** Calls a second at a moment ahead, of the first model that can say; see {@link CallModel}. */
  expectedRates(moment: MomentAhead, sessions: number): ReadonlyMap<string, number> | undefined {
    for (const model of this.#models) {
      const rates = model.expectedRates?.(moment, sessions);
      if (rates !== undefined) return rates;
    }
    return undefined;
  }

  /** Asks the models that `mayFit` for training that is due; each is due once. */
  *dueFits(mayFit: (model: CallModelName) => boolean): Generator<DueFit> {
    for (const model of this.#models) {
      const job = mayFit(model.name) ? model.dueFit() : undefined;
      if (job === undefined) continue;
      yield {
        model: model.name,
        job,
        adopt: (result) => (this.#models.includes(model) ? model.adopt(result) : []),
      };
    }
  }

  /** One deviation per cause into `deviations`; NaN where a model can't say. */
  score(observation: Observation, deviations: Float64Array): void {
    let offset = 0;
    for (const model of this.#models) {
      model.score(observation, deviations, offset);
      offset += model.causes.length;
    }
  }

  learn(observation: Observation): void {
    this.#calls += 1;
    if (this.#calls % SAMPLE_EVERY === 0) {
      const bits = this.#models.map((model) => model.bits(observation));
      this.#samples.push({ observation, bits });
      if (this.#samples.length > SAMPLES) this.#samples.shift();
    }
    for (const model of this.#models) model.learn(observation);
  }

  /** Models of another segment, which begin with what these know, and the calls to compare others on. */
  fork(): SegmentModels {
    const models = this.#models.map((model) => model.fork());
    const forked = new SegmentModels(this.#create, models);
    forked.#samples.push(...this.#samples);
    forked.#calls = this.#calls;
    return forked;
  }

  /** What `replace` takes. */
  export(): Partial<Record<CallModelName, Json>> {
    return Object.fromEntries(this.#models.map((model) => [model.name, model.snapshot()]));
  }

  /**
   * Takes over other models if on recent calls they need no more bits than the current ones; each scores
   * a call before it learns from it, as live. Models that are not ready yet are replaced without a
   * comparison.
   */
  replace(snapshots: Readonly<Partial<Record<CallModelName, Json>>>): Replacement {
    const candidates = this.#create();
    const replaced: CallModelName[] = [];
    for (const [index, candidate] of candidates.entries()) {
      const snapshot = snapshots[candidate.name];
      const current = this.#models[index];
      if (current === undefined) continue;
      try {
        candidate.restore(snapshot === undefined ? current.snapshot() : snapshot);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        return { status: "rejected", reason: "malformed", detail: error.message };
      }
      if (snapshot === undefined) continue;
      replaced.push(candidate.name);
      if (current.status().status !== "ready") continue;
      const verdict = this.#compare(index, snapshot);
      if (verdict !== undefined) return verdict;
    }
    if (replaced.length === 0) {
      return { status: "rejected", reason: "malformed", detail: "the bundle has no models" };
    }
    this.#previous = this.#models;
    this.#models = candidates;
    return { status: "accepted", models: replaced };
  }

  /** Goes back to the models before the last `replace`. */
  restorePrevious(): Replacement {
    if (this.#previous === undefined) {
      return { status: "rejected", reason: "no_previous", detail: "nothing was replaced before" };
    }
    this.#models = this.#previous;
    this.#previous = undefined;
    return { status: "accepted", models: this.#models.map(({ name }) => name) };
  }

  snapshot(): Json {
    return this.export();
  }

  /**
   * Restores each model whose snapshot fits, and answers what did not: those models start anew. Throws a
   * TypeError when the whole is not a snapshot.
   */
  restore(snapshot: Json): readonly string[] {
    const saved = new Map(new SnapshotReader(snapshot, "models").entries());
    const problems: string[] = [];
    this.#models = this.#models.map((model, index) => {
      const content = saved.get(model.name);
      if (content === undefined) return model;
      try {
        model.restore(content.json());
        return model;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        problems.push(`${model.name}: ${error.message}`);
        // It may have taken some of it.
        return this.#create()[index] ?? model;
      }
    });
    return problems;
  }

  /** Undefined when the candidate is no worse. */
  #compare(index: number, snapshot: Json): Replacement | undefined {
    // A copy of its own, so that scoring the samples teaches the real candidate nothing.
    const candidate = this.#create()[index];
    if (candidate === undefined) return undefined;
    candidate.restore(snapshot);
    let currentBits = 0;
    let candidateBits = 0;
    let compared = 0;
    for (const { observation, bits } of this.#samples) {
      const theirs = candidate.bits(observation);
      const ours = bits[index] ?? NaN;
      candidate.learn(observation);
      if (Number.isNaN(theirs) || Number.isNaN(ours)) continue;
      compared += 1;
      currentBits += ours;
      candidateBits += theirs;
    }
    if (compared < MINIMUM_SAMPLES) {
      return {
        status: "rejected",
        reason: "too_few_recent_calls",
        detail: `${compared} recent calls to compare on, ${MINIMUM_SAMPLES} are needed`,
      };
    }
    if (candidateBits <= currentBits + TOLERATED_BITS * compared) return undefined;
    return {
      status: "rejected",
      reason: "worse_on_recent_calls",
      detail: `${candidate.name}: ${(candidateBits / compared).toFixed(2)} bits a call against ${(currentBits / compared).toFixed(2)}`,
    };
  }
}
