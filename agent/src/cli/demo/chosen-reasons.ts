/** Which of a decision's reasons are shown where there is not room for all of them. */
import { GUARDS } from "../../core/index.js";
import { wrap } from "./painted-text.js";

/**
 * What a newcomer misses most, first: the load and its forecast, why something is not known, that
 * behavior has drifted, what held the number back, what the work is like. Then come the details.
 */
const MOST_WANTED: readonly ((reason: string) => boolean)[] = [
  (reason) => /^[\d.]+ calls\/s /.test(reason),
  (reason) => /^It .*, because /.test(reason),
  (reason) => reason.startsWith("Behavior has drifted"),
  (reason) => GUARDS.some((guard) => reason.includes(guard)),
  (reason) => reason.startsWith("The work is"),
];

/** The score and the confidence stand in the rows above. */
const DRIFT_FIGURES = / \(score [^)]*\)/;

/**
 * As many whole sentences as fit into `rows` lines of `columns` characters, in their own order and
 * broken between words. The first one sums up what the recommendation says: it goes first.
 */
export function chooseReasons(
  reasons: readonly string[],
  columns: number,
  rows: number,
): readonly string[] {
  const sentences = reasons.map((reason, index) => ({
    index,
    rank: index === 0 ? MOST_WANTED.length + 1 : rankOf(reason),
    lines: wrap(reason.replace(DRIFT_FIGURES, ""), columns),
  }));
  let left = rows;
  return sentences
    .toSorted((one, other) => one.rank - other.rank)
    .filter(({ lines }) => {
      if (lines.length > left) return false;
      left -= lines.length;
      return true;
    })
    .sort((one, other) => one.index - other.index)
    .flatMap(({ lines }) => lines);
}

function rankOf(reason: string): number {
  const rank = MOST_WANTED.findIndex((isOfRank) => isOfRank(reason));
  return rank === -1 ? MOST_WANTED.length : rank;
}
