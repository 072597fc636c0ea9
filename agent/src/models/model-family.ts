import type { CallModel, Json, Observation, Persistent } from "../core/index.js";
import { ALL_SEGMENTS, SnapshotReader, UNASSIGNED_SEGMENT } from "../core/index.js";
import { SegmentModels } from "./segment-models.js";
import type { Replacement } from "./segment-models.js";

/**
 * Calls of its own after which a segment has models of its own: three times what the models need before
 * they speak at all.
 */
const CALLS_FOR_OWN_MODELS = 300;

/**
 * The models of all segments of a workload. A segment too small to learn from shares its parent's models:
 * a cluster those of all without a role, and these, like every role, those of the whole workload. With
 * enough calls of its own it goes on with a fork of them, so it is ready at once, and learns apart from then on.
 *
 * The models of the whole workload learn from the segments that share them, and from nobody else: they
 * are the small ones' together, and of every segment's beginning.
 */
export class ModelFamily implements Persistent {
  readonly #create: () => readonly CallModel[];
  readonly #isCluster: (segment: string) => boolean;
  readonly #own = new Map<string, SegmentModels>();
  /** Calls of segments without own models. */
  readonly #calls = new Map<string, number>();
  /** By the segment whose call it was, whoever's models told it; of the whole workload too. */
  readonly #outlierCalls = new Map<string, number>();

  constructor(create: () => readonly CallModel[], isCluster: (segment: string) => boolean) {
    this.#create = create;
    this.#isCluster = isCluster;
  }

  /** Those that are there, by segment; the whole workload's are among them while segments share them. */
  get own(): ReadonlyMap<string, SegmentModels> {
    return this.#own;
  }

  /** The segment whose models serve this one; undefined when they are its own. */
  sharedBy(segment: string): string | undefined {
    if (this.#own.has(segment)) return undefined;
    for (let at = this.#parentOf(segment); at !== undefined; at = this.#parentOf(at)) {
      if (this.#own.has(at)) return at;
    }
    return ALL_SEGMENTS;
  }

  /** The segments that the models of this one serve, itself among them. */
  served(by: string): readonly string[] {
    return [by, ...[...this.#calls.keys()].filter((segment) => this.sharedBy(segment) === by)];
  }

  /** The models that serve a segment: its own or its parent's. */
  of(segment: string): SegmentModels {
    const by = this.sharedBy(segment) ?? segment;
    return this.#own.get(by) ?? this.#give(by, new SegmentModels(this.#create));
  }

  /** Learns from a call, by the models that serve its segment. */
  learn(models: SegmentModels, observation: Observation): void {
    const { segment } = observation;
    const outlierCalls = models.outlierCalls ?? 0;
    models.learn(observation);
    if ((models.outlierCalls ?? 0) > outlierCalls) {
      for (const counted of [segment, ALL_SEGMENTS]) {
        this.#outlierCalls.set(counted, (this.#outlierCalls.get(counted) ?? 0) + 1);
      }
    }
    if (this.#own.get(segment) === models) return;
    this.#calls.set(segment, (this.#calls.get(segment) ?? 0) + 1);
  }

  /**
   * Gives a segment that has enough calls models of its own. At most one a window: to fork them takes some
   * milliseconds.
   */
  closeWindow(): void {
    for (const [segment, calls] of this.#calls) {
      if (calls < CALLS_FOR_OWN_MODELS) continue;
      this.#give(segment, this.of(segment).fork());
      return;
    }
  }

  /**
   * Takes over other models for a segment. They are compared with those that serve it; has it none of its
   * own, it gets them only when the others are accepted.
   */
  replace(segment: string, snapshots: Parameters<SegmentModels["replace"]>[0]): Replacement {
    const own = this.#own.get(segment);
    if (own !== undefined) return own.replace(snapshots);
    const forked = this.of(segment).fork();
    const replacement = forked.replace(snapshots);
    if (replacement.status === "accepted") this.#give(segment, forked);
    return replacement;
  }

  /** Gives a segment models of its own as a checkpoint has them, and answers which of them did not fit. */
  restoreOwn(segment: string, snapshot: Json): readonly string[] {
    const models = new SegmentModels(this.#create);
    const problems = models.restore(snapshot);
    this.#give(segment, models);
    return problems;
  }

  /**
   * Calls of a segment since the start of the process that were outliers, or of the whole workload (`all`);
   * undefined while no model can tell.
   */
  outlierCalls(segment: string): number | undefined {
    const models = segment === ALL_SEGMENTS ? [...this.#own.values()] : [this.of(segment)];
    const isTold = models.some(({ outlierCalls }) => outlierCalls !== undefined);
    return isTold ? (this.#outlierCalls.get(segment) ?? 0) : undefined;
  }

  /** Of a segment that is no more. */
  forget(segment: string): void {
    this.#own.delete(segment);
    this.#calls.delete(segment);
    this.#outlierCalls.delete(segment);
  }

  /** The calls of segments without own models; the models themselves are kept one by one. */
  snapshot(): Json {
    return Object.fromEntries(this.#calls);
  }

  restore(snapshot: Json): void {
    const calls = new SnapshotReader(snapshot, "small segments").entries();
    this.#calls.clear();
    for (const [segment, count] of calls) this.#calls.set(segment, count.count());
  }

  #give(segment: string, models: SegmentModels): SegmentModels {
    this.#own.set(segment, models);
    this.#calls.delete(segment);
    return models;
  }

  #parentOf(segment: string): string | undefined {
    if (segment === ALL_SEGMENTS) return undefined;
    return this.#isCluster(segment) ? UNASSIGNED_SEGMENT : ALL_SEGMENTS;
  }
}
