import type { Json, Observation, SnapshotReader } from "../../core/index.js";
import { SESSION_START } from "../../core/index.js";
import { ActorProfile, AVERAGED } from "./actor-profile.js";

/** Operations told apart in profiles, in the order of their appearance; the rest count together. */
const MAX_PROFILED_OPERATIONS = 64;
/** Methods that only read: RFC 9110, section 9.2.1. */
const SAFE_METHODS = /^(?:GET|HEAD|OPTIONS) /;
/** A pause is never shorter than this to its logarithm, seconds: clocks of sources are no finer. */
const SHORTEST_PAUSE_SECONDS = 0.001;

interface Operation {
  readonly place: number;
  readonly reads: boolean;
}

/** The profiles of the actors that called last; those before them are forgotten, and counted. */
export class ActorProfiles {
  readonly #maxActors: number;
  /** In the order of their last calls. */
  readonly #profiles = new Map<string, ActorProfile>();
  readonly #operations = new Map<string, Operation>();
  readonly #logs = new Float64Array(AVERAGED.length);
  #forgotten = 0;

  constructor(maxActors: number) {
    this.#maxActors = maxActors;
  }

  get size(): number {
    return this.#profiles.size;
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  /** Names by place. */
  get operations(): readonly string[] {
    return [...this.#operations.keys()];
  }

  get(actor: string): ActorProfile | undefined {
    return this.#profiles.get(actor);
  }

  entries(): IterableIterator<[string, ActorProfile]> {
    return this.#profiles.entries();
  }

  /** Adds a call to its actor's profile, which is answered. */
  add(actor: string, observation: Observation): ActorProfile {
    const { call, previousOperation, secondsSincePrevious } = observation;
    let profile = this.#profiles.get(actor);
    if (profile === undefined) {
      profile = new ActorProfile(MAX_PROFILED_OPERATIONS);
      if (this.#profiles.size >= this.#maxActors) this.#forgetOldest();
    } else {
      this.#profiles.delete(actor);
    }
    this.#profiles.set(actor, profile);
    const operation = this.#operation(call.operation);
    this.#logs[0] = Math.log1p(call.requestBytes ?? NaN);
    this.#logs[1] = Math.log1p(call.responseBytes ?? NaN);
    this.#logs[2] = Math.log(Math.max(SHORTEST_PAUSE_SECONDS, secondsSincePrevious ?? NaN));
    profile.add({
      place: operation.place,
      reads: operation.reads,
      startsSession: previousOperation === SESSION_START,
      logs: this.#logs,
    });
    return profile;
  }

  fade(factor: number): void {
    for (const profile of this.#profiles.values()) profile.fade(factor);
  }

  snapshot(): Json {
    const operations = this.operations;
    return {
      operations,
      actors: [...this.#profiles].map(([actor, profile]) => [
        actor,
        profile.snapshot(operations.length),
      ]),
    };
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const operations = reader.field("operations").items(MAX_PROFILED_OPERATIONS);
    const actors = reader.field("actors").items(this.#maxActors);
    this.#profiles.clear();
    this.#operations.clear();
    for (const operation of operations) this.#operation(operation.string());
    for (const pair of actors) {
      const [actor, saved] = pair.tuple(2);
      if (actor === undefined || saved === undefined) continue;
      const profile = new ActorProfile(MAX_PROFILED_OPERATIONS);
      profile.restore(saved, operations.length);
      this.#profiles.set(actor.string(), profile);
    }
  }

  #operation(name: string): Operation {
    const known = this.#operations.get(name);
    if (known !== undefined) return known;
    if (this.#operations.size === MAX_PROFILED_OPERATIONS) {
      return { place: -1, reads: SAFE_METHODS.test(name) };
    }
    const operation = { place: this.#operations.size, reads: SAFE_METHODS.test(name) };
    this.#operations.set(name, operation);
    return operation;
  }

  #forgetOldest(): void {
    const oldest = this.#profiles.keys().next();
    if (oldest.done === true) return;
    this.#profiles.delete(oldest.value);
    this.#forgotten += 1;
  }
}
