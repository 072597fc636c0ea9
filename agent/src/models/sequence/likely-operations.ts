import type { Vocabulary } from "./vocabulary.js";
import { FIRST_OPERATION_TOKEN } from "./vocabulary.js";

/** An operation that may come next. */
export interface LikelyOperation {
  readonly operation: string;
  /** Given that a call comes, and the session does not end. */
  readonly probability: number;
}

/** The operations that are most likely, most likely first. The rare ones together are none that could be named. */
export function likelyOperations(
  vocabulary: Vocabulary,
  probability: (token: number, operation: string) => number,
  count: number,
): LikelyOperation[] {
  const likely: LikelyOperation[] = [];
  for (let token = FIRST_OPERATION_TOKEN; token < vocabulary.size; token += 1) {
    const operation = vocabulary.operationOf(token) ?? "";
    likely.push({ operation, probability: probability(token, operation) });
  }
  return likely.sort((a, b) => b.probability - a.probability).slice(0, count);
}
