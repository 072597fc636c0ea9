import { seededRandom } from "../../core/index.js";

export interface Split {
  /** Indices of rows. */
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * Splits rows at random so that each kind has the same share in both parts, at least one row of each
 * kind in the test part. The same seed gives the same split.
 */
export function stratifiedSplit(
  isOutlier: readonly boolean[],
  trainShare: number,
  seed: number,
): Split {
  const random = seededRandom(seed);
  const train: number[] = [];
  const test: number[] = [];
  for (const kind of [false, true]) {
    const rows = isOutlier.flatMap((is, row) => (is === kind ? [row] : []));
    // Fisher and Yates' shuffle.
    for (let i = rows.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      const [left, right] = [rows[i] ?? 0, rows[j] ?? 0];
      rows[i] = right;
      rows[j] = left;
    }
    const cut = Math.min(Math.round(trainShare * rows.length), rows.length - 1);
    train.push(...rows.slice(0, cut));
    test.push(...rows.slice(cut));
  }
  return { train, test };
}
