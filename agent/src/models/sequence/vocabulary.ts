import type { Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";

/** Before the first call of a session. Never comes next. */
export const START_TOKEN = 0;
/** After the last call of a session. */
export const END_TOKEN = 1;
/** Operations that are unknown, or too rare for a token of their own. */
export const RARE_TOKEN = 2;
/** Operations are numbered from here on. */
export const FIRST_OPERATION_TOKEN = 3;

/** At each renewal what was counted before counts half, so that yesterday's operations give way. */
const RENEWAL_DECAY = 0.5;

/**
 * Numbers operations for a network, boundedly. An operation gets the next number when it is first seen,
 * until all are taken; then it is the rare one, which is no error. Frequencies are counted, of the
 * numbered and of as many others, and `renew` gives the numbers of the rarest to others that have become
 * more frequent. A number that stays keeps its meaning.
 */
export class Vocabulary {
  readonly #maxOperations: number;
  readonly #tokens = new Map<string, number>();
  readonly #operations: string[] = [];
  readonly #counts: number[] = [];
  /** Counts of operations without a number; the oldest gives way to a new one. */
  readonly #waiting = new Map<string, number>();

  /** Throws a RangeError when there may be no operation, or more than 16 bits can number. */
  constructor(maxOperations: number) {
    if (!(maxOperations >= 1 && maxOperations <= MAX_OPERATIONS)) {
      throw new RangeError(`maxOperations must be in [1, ${MAX_OPERATIONS}], got ${maxOperations}`);
    }
    this.#maxOperations = maxOperations;
  }

  /** Tokens in use: every token is smaller. */
  get size(): number {
    return FIRST_OPERATION_TOKEN + this.#operations.length;
  }

  tokenOf(operation: string): number {
    return this.#tokens.get(operation) ?? RARE_TOKEN;
  }

  /** Undefined for the three tokens that are no operation. */
  operationOf(token: number): string | undefined {
    return this.#operations[token - FIRST_OPERATION_TOKEN];
  }

  /** Counts a call, and numbers its operation if there is a number left. */
  learn(operation: string): number {
    const known = this.#tokens.get(operation);
    if (known !== undefined) {
      const index = known - FIRST_OPERATION_TOKEN;
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
      return known;
    }
    if (this.#operations.length < this.#maxOperations) {
      const token = this.size;
      this.#operations.push(operation);
      this.#counts.push(1);
      this.#tokens.set(operation, token);
      return token;
    }
    const count = this.#waiting.get(operation) ?? 0;
    this.#waiting.set(operation, count + 1);
    if (count === 0 && this.#waiting.size > this.#maxOperations) {
      const oldest = this.#waiting.keys().next();
      if (oldest.done !== true) this.#waiting.delete(oldest.value);
    }
    return RARE_TOKEN;
  }

  /** Gives numbers of rare operations to more frequent ones. Answers which tokens are rare now. */
  renew(): ReadonlySet<number> {
    const given = new Set<number>();
    const applicants = [...this.#waiting].sort(([, a], [, b]) => b - a);
    const holders = this.#counts
      .map((count, index): [index: number, count: number] => [index, count])
      .sort(([, a], [, b]) => a - b);
    for (const [position, [operation, count]] of applicants.entries()) {
      const [index, least] = holders[position] ?? [];
      if (index === undefined || least === undefined || count <= least) break;
      this.#tokens.delete(this.#operations[index] ?? "");
      this.#operations[index] = operation;
      this.#counts[index] = count;
      this.#tokens.set(operation, index + FIRST_OPERATION_TOKEN);
      given.add(index + FIRST_OPERATION_TOKEN);
    }
    this.#counts.forEach((count, index) => (this.#counts[index] = count * RENEWAL_DECAY));
    this.#waiting.clear();
    return given;
  }

  snapshot(): Json {
    return {
      operations: this.#operations.map((operation, index) => [operation, this.#counts[index] ?? 0]),
      waiting: [...this.#waiting],
    };
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const pairs = (field: SnapshotReader): [string, number][] =>
      field.items(this.#maxOperations).map((item) => {
        const [operation, count] = item.tuple(2);
        return [(operation ?? item).string(), (count ?? item).nonNegative()];
      });
    const operations = pairs(reader.field("operations"));
    const waiting = pairs(reader.field("waiting"));
    this.#tokens.clear();
    this.#waiting.clear();
    this.#operations.length = 0;
    this.#counts.length = 0;
    for (const [operation, count] of operations) {
      this.#tokens.set(operation, this.size);
      this.#operations.push(operation);
      this.#counts.push(count);
    }
    for (const [operation, count] of waiting) this.#waiting.set(operation, count);
  }
}

/** Far more than a network of this kind can tell apart, and within 16 bits with what else is input. */
const MAX_OPERATIONS = 32_768;
