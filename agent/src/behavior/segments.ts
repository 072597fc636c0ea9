import type { Call, Json, Persistent } from "../core/index.js";
import { ALL_SEGMENTS, UNASSIGNED_SEGMENT } from "../core/index.js";

/** The segment of all those past the limit. */
export const OTHER_SEGMENT = "other";
/** Names that segments have which are not given: a role that is called so is another thing. */
const RESERVED_NAMES = new RegExp(
  `^(?:${ALL_SEGMENTS}|${UNASSIGNED_SEGMENT}|${OTHER_SEGMENT}|cluster-\\d+)$`,
);

export interface SegmentNamerOptions {
  /** Roles that decide when somebody has several, most important first. */
  readonly segmentPriority: readonly string[];
  readonly maxSegments: number;
}

/** Groups of callers that behave alike, where nothing else says what they are. */
export interface FoundSegments {
  /** The caller's; undefined while it is not known. */
  clusterOf(call: Call): string | undefined;
}

/**
 * Which segment of a workload a call belongs to: its role, else its group, else what its caller's
 * behavior says. Somebody with several roles is in the first that the priority list names, else in the
 * segment of just this combination (`a+b`).
 */
export class SegmentNamer implements Persistent {
  readonly #options: SegmentNamerOptions;
  readonly #found: FoundSegments | undefined;
  readonly #known = new Set<string>();
  #pooledCalls = 0;

  constructor(options: SegmentNamerOptions, found?: FoundSegments) {
    this.#options = options;
    this.#found = found;
  }

  get segments(): readonly string[] {
    return [...this.#known];
  }

  /** Calls that went to {@link OTHER_SEGMENT} because there were too many segments. */
  get pooledCalls(): number {
    return this.#pooledCalls;
  }

  segmentOf(call: Call): string {
    const name = isGiven(call)
      ? this.#nameOf(call.roles.length > 0 ? call.roles : call.groups)
      : (this.#found?.clusterOf(call) ?? UNASSIGNED_SEGMENT);
    if (this.#known.has(name)) return name;
    if (this.#hasPlaceFor(name)) {
      this.#known.add(name);
      return name;
    }
    this.#known.add(OTHER_SEGMENT);
    this.#pooledCalls += 1;
    return OTHER_SEGMENT;
  }

  /** Frees the place of a segment that is no more. */
  forget(segment: string): void {
    this.#known.delete(segment);
  }

  snapshot(): Json {
    return [...this.#known];
  }

  restore(snapshot: Json): void {
    if (!Array.isArray(snapshot) || !snapshot.every((name) => typeof name === "string")) {
      throw new TypeError("segments: expected an array of strings");
    }
    this.#known.clear();
    for (const name of snapshot) this.#known.add(name);
  }

  /** A place is kept for all others, and one for those without a role, however late they come. */
  #hasPlaceFor(name: string): boolean {
    const isUnassigned = name === UNASSIGNED_SEGMENT || this.#known.has(UNASSIGNED_SEGMENT);
    const isOther = this.#known.has(OTHER_SEGMENT);
    const kept = (isUnassigned ? 0 : 1) + (isOther ? 0 : 1);
    return this.#known.size + kept < this.#options.maxSegments;
  }

  #nameOf(names: readonly string[]): string {
    const [first] = names;
    const name = first !== undefined && names.length === 1 ? first : this.#nameOfSeveral(names);
    return RESERVED_NAMES.test(name) ? `${name} (role)` : name;
  }

  #nameOfSeveral(names: readonly string[]): string {
    const decisive = this.#options.segmentPriority.find((role) => names.includes(role));
    return decisive ?? [...new Set(names)].sort().join("+");
  }
}

/** Whether the call says by itself what its caller is. */
export function isGiven(call: Call): boolean {
  return call.roles.length > 0 || call.groups.length > 0;
}
