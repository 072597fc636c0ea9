import type { Call, Json, Persistent } from "../core/index.js";
import { ALL_SEGMENTS } from "../core/index.js";

/** The segment of callers who have neither a role nor a group. */
export const UNASSIGNED_SEGMENT = "unassigned";
/** The segment of all those past the limit. */
export const OTHER_SEGMENT = "other";
/** The segment of a role that is called as the whole workload is: two things need two names. */
const RENAMED_ALL_SEGMENT = `${ALL_SEGMENTS} (role)`;

export interface SegmentNamerOptions {
  /** Roles that decide when somebody has several, most important first. */
  readonly segmentPriority: readonly string[];
  readonly maxSegments: number;
}

/**
 * Which segment of a workload a call belongs to: its role, else its group. Somebody with several is in
 * the first that the priority list names, else in the segment of just this combination (`a+b`).
 */
export class SegmentNamer implements Persistent {
  readonly #options: SegmentNamerOptions;
  readonly #known = new Set<string>();
  #pooledCalls = 0;

  constructor(options: SegmentNamerOptions) {
    this.#options = options;
  }

  get segments(): readonly string[] {
    return [...this.#known];
  }

  /** Calls that went to {@link OTHER_SEGMENT} because there were too many segments. */
  get pooledCalls(): number {
    return this.#pooledCalls;
  }

  segmentOf(call: Call): string {
    const name = this.#nameOf(call.roles.length > 0 ? call.roles : call.groups);
    if (this.#known.has(name)) return name;
    // One place is kept for the segment of all others.
    if (this.#known.size < this.#options.maxSegments - 1) {
      this.#known.add(name);
      return name;
    }
    this.#known.add(OTHER_SEGMENT);
    this.#pooledCalls += 1;
    return OTHER_SEGMENT;
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

  #nameOf(names: readonly string[]): string {
    const [first] = names;
    if (first === undefined) return UNASSIGNED_SEGMENT;
    const name = names.length === 1 ? first : this.#nameOfSeveral(names);
    return name === ALL_SEGMENTS ? RENAMED_ALL_SEGMENT : name;
  }

  #nameOfSeveral(names: readonly string[]): string {
    const decisive = this.#options.segmentPriority.find((role) => names.includes(role));
    return decisive ?? [...new Set(names)].sort().join("+");
  }
}
