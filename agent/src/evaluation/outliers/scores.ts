/**
 * The area under the ROC curve: the chance that an outlier is scored above a usual row, ties counting
 * half (Mann and Whitney's U). NaN when there are none of one kind.
 */
export function rocAuc(scores: ArrayLike<number>, isOutlier: readonly boolean[]): number {
  const order = ascending(scores);
  let rankSum = 0;
  let outliers = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end += 1;
    // Ranks start + 1 .. end, shared by all that are tied.
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at += 1) {
      if (isOutlier[order[at] ?? 0] !== true) continue;
      rankSum += rank;
      outliers += 1;
    }
    start = end;
  }
  const usual = order.length - outliers;
  return (rankSum - (outliers * (outliers + 1)) / 2) / (outliers * usual);
}

/**
 * The average precision: the sum of precision times gained recall over falling thresholds, tied rows
 * taken together (as scikit-learn's `average_precision_score`). NaN without outliers.
 */
export function averagePrecision(scores: ArrayLike<number>, isOutlier: readonly boolean[]): number {
  const order = ascending(scores).reverse();
  const outliers = isOutlier.filter((is) => is).length;
  let found = 0;
  let sum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    const before = found;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) {
      if (isOutlier[order[end] ?? 0] === true) found += 1;
      end += 1;
    }
    sum += ((found - before) / outliers) * (found / end);
    start = end;
  }
  return outliers === 0 ? NaN : sum;
}

function ascending(scores: ArrayLike<number>): number[] {
  return Array.from(scores, (_, index) => index).sort(
    (left, right) => (scores[left] ?? NaN) - (scores[right] ?? NaN),
  );
}
