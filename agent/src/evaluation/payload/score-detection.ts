import { rocAuc } from "../outliers/scores.js";

/** How well a threshold and the order of the scores tell anomalous from normal. */
export interface Detection {
  readonly auroc: number;
  readonly tpr: number;
  readonly fpr: number;
  readonly f1: number;
  /** False positives among normal requests that did not come in training. NaN when all did. */
  readonly fprNovel: number;
}

/** The smallest score that at least this share of the scores do not exceed. NaN without scores. */
export function thresholdAt(scores: readonly number[], quantile: number): number {
  const sorted = [...scores].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? NaN;
}

/** A score above the threshold is an alarm. */
export function scoreDetection(
  normal: readonly number[],
  isNovel: readonly boolean[],
  anomalous: readonly number[],
  threshold: number,
): Detection {
  const isAlarm = (score: number): boolean => score > threshold;
  const found = anomalous.filter(isAlarm).length;
  const falseAlarms = normal.filter(isAlarm).length;
  const novel = normal.filter((_, index) => isNovel[index] === true);
  const isAnomalous = [...normal.map(() => false), ...anomalous.map(() => true)];
  return {
    auroc: rocAuc([...normal, ...anomalous], isAnomalous),
    tpr: found / anomalous.length,
    fpr: falseAlarms / normal.length,
    // 2 TP / (2 TP + FP + FN)
    f1: (2 * found) / (found + falseAlarms + anomalous.length),
    fprNovel: novel.filter(isAlarm).length / novel.length,
  };
}
