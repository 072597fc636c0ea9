import type {
  Call,
  ClusterResult,
  FitJob,
  FitResult,
  Json,
  Observation,
  Persistent,
  SegmentProfile,
} from "../../core/index.js";
import { SnapshotReader, UNASSIGNED_SEGMENT } from "../../core/index.js";
import type { ActorProfile } from "./actor-profile.js";
import { ActorProfiles } from "./actor-profiles.js";
import { ClusterClassifier } from "./cluster-classifier.js";
import { ClusterNames } from "./cluster-names.js";
import { ProfileFeatures } from "./profile-features.js";
import { profileOf } from "./segment-profile.js";

export interface ActorClustersOptions {
  /** Actors whose behavior is followed; those past it that called longest ago are forgotten. */
  readonly maxActors: number;
  /** 0 turns clustering off. */
  readonly maxClusters: number;
  /** A cluster of fewer actors is none. */
  readonly minimumActors: number;
  /** Event time between two fits, seconds. */
  readonly refitSeconds: number;
  /** What an actor did fades by half in this time, seconds. */
  readonly halfLifeSeconds: number;
}

/**
 * Calls of an actor before it is told where it belongs: its shares of operations are known to
 * 1 / (2 sqrt(30)) = .09 then.
 */
const MINIMUM_CALLS = 30;
/** EM begins from random rows; the same ones in every fit, so that fits differ by what was seen. */
const SEED = 1;

/** What a fit has changed. */
export interface Reassignment {
  /** By segment: calls of actors that have come or gone, over all of its calls, a ratio. */
  readonly moved: ReadonlyMap<string, number>;
  /** Segments that are no more. */
  readonly retired: readonly string[];
}

const NOTHING: Reassignment = { moved: new Map(), retired: [] };

/** How a fit that is under way numbers the actors, and how their points are made. */
interface PendingFit {
  readonly id: number;
  readonly actors: readonly string[];
  readonly features: ProfileFeatures;
}

interface Classification {
  readonly classifier: ClusterClassifier;
  readonly features: ProfileFeatures;
  readonly names: readonly (string | undefined)[];
}

/**
 * Groups actors by how they behave: what they call, whether they read or write, how much they send and
 * receive, how fast and in sessions of which length. Hours of the day are left out: they would set apart
 * those who work now from those who worked before.
 *
 * An actor belongs to no cluster until it has made {@link MINIMUM_CALLS} calls. From then on it stays
 * where it is, unless two fits in a row see it elsewhere: a fit decides about a newcomer at once, and slowly
 * about everybody else, because those who behave differently all at once are in drift, not in another
 * cluster. While one of the segments is in drift, no fit changes anything.
 */
export class ActorClusters implements Persistent {
  readonly #options: ActorClustersOptions;
  readonly #profiles: ActorProfiles;
  readonly #names: ClusterNames;
  #classification: Classification | undefined;
  #pending: PendingFit | undefined;
  #fits = 0;
  #nextFitSeconds: number | undefined;
  /** As of the last fit. */
  #told = new Map<string, SegmentProfile>();
  #scratch = new Float64Array(0);
  #flips = 0;

  constructor(options: ActorClustersOptions) {
    this.#options = options;
    this.#profiles = new ActorProfiles(options.maxActors);
    this.#names = new ClusterNames(options.maxClusters);
  }

  /** Actors forgotten because there were too many. */
  get forgotten(): number {
    return this.#profiles.forgotten;
  }

  /** Changes of an actor from one cluster to another since the start. */
  get flips(): number {
    return this.#flips;
  }

  get clusters(): readonly string[] {
    return this.#names.living;
  }

  has(segment: string): boolean {
    return this.#names.has(segment);
  }

  /** Where the caller belongs; undefined while that is not known. */
  clusterOf(call: Call): string | undefined {
    const actor = actorOf(call);
    return actor === undefined ? undefined : this.#profiles.get(actor)?.cluster;
  }

  /** Learns how the caller behaves. Only for callers that have no segment by what they are. */
  observe(observation: Observation): void {
    const actor = actorOf(observation.call);
    if (actor === undefined || this.#options.maxClusters === 0) return;
    const profile = this.#profiles.add(actor, observation);
    if (profile.cluster !== undefined || this.#classification === undefined) return;
    // At 30, 60, 120, ... calls: who belongs nowhere for certain may do so when more is known.
    const times = profile.seen / MINIMUM_CALLS;
    if (times >= 1 && Number.isInteger(Math.log2(times))) profile.cluster = this.#classify(profile);
  }

  /** The next fit that is due, or undefined. Asking takes it: it is due once. */
  dueFit(nowSeconds: number): FitJob | undefined {
    const { maxClusters, minimumActors, refitSeconds, halfLifeSeconds } = this.#options;
    if (maxClusters < 2) return undefined;
    this.#nextFitSeconds ??= nowSeconds + refitSeconds;
    if (nowSeconds < this.#nextFitSeconds) return undefined;
    const elapsed = nowSeconds - this.#nextFitSeconds + refitSeconds;
    this.#nextFitSeconds = nowSeconds + refitSeconds;
    const known = [...this.#profiles.entries()].filter(([, { calls }]) => calls >= MINIMUM_CALLS);
    this.#fits += 1;
    const job = known.length < 2 * minimumActors ? undefined : this.#jobOf(known);
    this.#profiles.fade(0.5 ** (elapsed / halfLifeSeconds));
    this.#tell();
    return job;
  }

  /** Takes no notice of a fit that failed, or that is not the one that was asked for last. */
  adopt(result: FitResult, isInDrift: (segment: string) => boolean): Reassignment {
    const pending = this.#pending;
    if (result.kind !== "clusters" || result.id !== pending?.id) return NOTHING;
    this.#pending = undefined;
    if ([UNASSIGNED_SEGMENT, ...this.#names.living].some(isInDrift)) return NOTHING;
    const { names, retired } = this.#names.update(
      setsOf(pending.actors, result),
      this.#members(pending.actors),
    );
    const { partition } = result;
    if (partition !== undefined) {
      const classifier = new ClusterClassifier(partition);
      this.#classification = { classifier, features: pending.features, names };
    }
    if (this.#names.living.length === 0) this.#classification = undefined;
    const before = this.#callsBySegment();
    const moved = new Map<string, number>();
    const move = (profile: ActorProfile, to: string | undefined): void => {
      for (const segment of [profile.cluster ?? UNASSIGNED_SEGMENT, to ?? UNASSIGNED_SEGMENT]) {
        moved.set(segment, (moved.get(segment) ?? 0) + profile.calls);
      }
      profile.cluster = to;
      profile.pending = undefined;
    };
    for (const [, profile] of this.#profiles.entries()) {
      if (retired.includes(profile.cluster ?? "")) move(profile, undefined);
    }
    pending.actors.forEach((actor, index) => {
      const profile = this.#profiles.get(actor);
      const to = names[result.labels[index] ?? -1];
      if (profile === undefined || to === undefined) return;
      if (to === profile.cluster) profile.pending = undefined;
      else if (profile.cluster === undefined) move(profile, to);
      else if (profile.pending === to) {
        this.#flips += 1;
        move(profile, to);
      } else profile.pending = to;
    });
    this.#tell();
    const after = this.#callsBySegment();
    for (const [segment, calls] of moved) {
      const all = Math.max(before.get(segment) ?? 0, after.get(segment) ?? 0);
      moved.set(segment, calls / all);
    }
    return { moved, retired };
  }

  /** What a segment was as of the last fit, for people to see; undefined for those that are given. */
  profile(segment: string): SegmentProfile | undefined {
    return this.#told.get(segment);
  }

  snapshot(): Json {
    const { classifier, features, names } = this.#classification ?? {};
    return {
      profiles: this.#profiles.snapshot(),
      names: this.#names.snapshot(),
      classification:
        classifier === undefined || features === undefined || names === undefined
          ? null
          : {
              classifier: classifier.snapshot(),
              features: features.snapshot(),
              names: names.map((name) => name ?? null),
            },
      fits: this.#fits,
      nextFitSeconds: this.#nextFitSeconds ?? null,
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "clusters");
    this.#profiles.restore(reader.field("profiles"));
    this.#names.restore(reader.field("names"));
    this.#fits = reader.field("fits").count();
    const next = reader.field("nextFitSeconds");
    this.#nextFitSeconds = next.isNull ? undefined : next.number();
    this.#pending = undefined;
    const saved = reader.field("classification");
    this.#classification = saved.isNull ? undefined : restoreClassification(saved);
    this.#tell();
  }

  #jobOf(known: readonly [string, ActorProfile][]): FitJob {
    const profiles = known.map(([, profile]) => profile);
    const features = ProfileFeatures.of(profiles, this.#profiles.operations.length);
    const { dimension } = features;
    const rows = new Float64Array(known.length * dimension);
    let noiseVariance = 0;
    profiles.forEach((profile, index) => {
      features.write(profile, rows, index * dimension);
      noiseVariance += 1 / (4 * profile.calls * profiles.length);
    });
    this.#pending = { id: this.#fits, actors: known.map(([actor]) => actor), features };
    return {
      kind: "clusters",
      id: this.#fits,
      rows,
      dimension,
      noiseVariance,
      maxClusters: this.#options.maxClusters,
      minimumPoints: this.#options.minimumActors,
      seed: SEED,
    };
  }

  #tell(): void {
    const segments = new Map<string, ActorProfile[]>();
    for (const [, profile] of this.#profiles.entries()) {
      const segment = profile.cluster ?? UNASSIGNED_SEGMENT;
      const actors = segments.get(segment);
      if (actors === undefined) segments.set(segment, [profile]);
      else actors.push(profile);
    }
    this.#told = new Map(
      [...segments].map(([segment, actors]) => [
        segment,
        profileOf(actors, this.#profiles.operations),
      ]),
    );
  }

  #classify(profile: ActorProfile): string | undefined {
    const { classifier, features, names } = this.#classification ?? {};
    if (classifier === undefined || features === undefined) return undefined;
    const { dimension } = features;
    if (this.#scratch.length < dimension) this.#scratch = new Float64Array(dimension);
    features.write(profile, this.#scratch, 0);
    const name = names?.[classifier.clusterOf(this.#scratch, 0)];
    return name !== undefined && this.#names.has(name) ? name : undefined;
  }

  #members(actors: readonly string[]): Map<string, Set<string>> {
    const members = new Map<string, Set<string>>();
    for (const actor of actors) {
      const cluster = this.#profiles.get(actor)?.cluster;
      if (cluster === undefined) continue;
      const known = members.get(cluster);
      if (known === undefined) members.set(cluster, new Set([actor]));
      else known.add(actor);
    }
    return members;
  }

  #callsBySegment(): Map<string, number> {
    const calls = new Map<string, number>();
    for (const [, profile] of this.#profiles.entries()) {
      const segment = profile.cluster ?? UNASSIGNED_SEGMENT;
      calls.set(segment, (calls.get(segment) ?? 0) + profile.calls);
    }
    return calls;
  }
}

/** Who is followed: the user, however many sessions; else the session. */
function actorOf(call: Call): string | undefined {
  return call.actor ?? call.session;
}

function setsOf(actors: readonly string[], { labels, partition }: ClusterResult): Set<string>[] {
  const sets = Array.from({ length: partition?.clusters ?? 0 }, () => new Set<string>());
  actors.forEach((actor, index) => sets[labels[index] ?? -1]?.add(actor));
  return sets;
}

function restoreClassification(saved: SnapshotReader): Classification {
  const features = ProfileFeatures.restore(saved.field("features"));
  return {
    features,
    classifier: ClusterClassifier.restore(saved.field("classifier"), features.dimension),
    names: saved
      .field("names")
      .items()
      .map((name) => (name.isNull ? undefined : name.string())),
  };
}
