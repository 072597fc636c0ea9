/** The HDFS log as a whole (Xu, Huang, Fox, Patterson and Jordan, SOSP 2009): sessions of each kind. */
const PUBLISHED_ANOMALOUS = 16_838;
const PUBLISHED_NORMAL = 552_640;

/** How well alarms tell anomalous sessions from normal ones, all ratios. */
export interface DetectionScore {
  readonly tpr: number;
  readonly fpr: number;
  /** Among the sessions given, however many of each kind there are. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** With the rates above, if anomalous sessions were as rare as in the whole log. */
  readonly f1AtPrevalence: number;
}

/** Scores alarms on sessions of each kind. A ratio whose denominator is 0 is 0. */
export function scoreDetection(
  normal: readonly boolean[],
  anomalous: readonly boolean[],
): DetectionScore {
  const found = anomalous.filter(Boolean).length;
  const falseAlarms = normal.filter(Boolean).length;
  const tpr = ratio(found, anomalous.length);
  const fpr = ratio(falseAlarms, normal.length);
  const precision = ratio(found, found + falseAlarms);
  const truePositives = tpr * PUBLISHED_ANOMALOUS;
  const atPrevalence = ratio(truePositives, truePositives + fpr * PUBLISHED_NORMAL);
  return {
    tpr,
    fpr,
    precision,
    recall: tpr,
    f1: harmonicMean(precision, tpr),
    f1AtPrevalence: harmonicMean(atPrevalence, tpr),
  };
}

function harmonicMean(precision: number, recall: number): number {
  return ratio(2 * precision * recall, precision + recall);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
