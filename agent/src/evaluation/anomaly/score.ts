/** Weights of an application: what a found window earns, a missed one and a false alarm cost. */
export interface CostProfile {
  readonly truePositive: number;
  readonly falseNegative: number;
  readonly falsePositive: number;
}

/** Rows of a labelled window, both ends included. */
export interface LabelledWindow {
  readonly from: number;
  readonly to: number;
}

export interface LabelledScores {
  readonly scores: ArrayLike<number>;
  readonly windows: readonly LabelledWindow[];
}

/** The share of a file that a detector may learn on without being scored, and the most rows of it. */
const PROBATION_RATIO = 0.15;
const PROBATION_ROWS = 750;

/** Past three window lengths a false alarm costs its full weight. */
const FAR = 3;

/** The benchmark's scaled sigmoid: 1 well before the end of a window, 0 at it, -1 long after. */
function sigmoid(position: number): number {
  return position > FAR ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

export function probationRows(rows: number): number {
  return Math.floor(Math.min(PROBATION_RATIO * rows, PROBATION_ROWS));
}

/**
 * What one file earns at a threshold (Lavin and Ahmad 2015): for each window the best detection in it, less
 * the windows without one and the false alarms. A detection is a row whose score reaches the threshold.
 */
export function rawScore(
  { scores, windows }: LabelledScores,
  threshold: number,
  profile: CostProfile,
): number {
  const probation = probationRows(scores.length);
  const best = windows.map(() => -profile.falseNegative);
  const found = windows.map(() => false);
  let falseAlarms = 0;
  let next = 0;
  for (let row = probation; row < scores.length; row += 1) {
    if (!((scores[row] ?? NaN) >= threshold)) continue;
    while (next < windows.length && (windows[next]?.to ?? Infinity) < row) next += 1;
    const inside = windows[next];
    if (inside !== undefined && row >= inside.from) {
      const width = inside.to - inside.from + 1;
      const position = -(inside.to - row + 1) / width;
      const earned = (profile.truePositive * sigmoid(position)) / sigmoid(-1);
      best[next] = found[next] === true ? Math.max(best[next] ?? 0, earned) : earned;
      found[next] = true;
    } else {
      falseAlarms += falseAlarmWeight(row, windows[next - 1]);
    }
  }
  return best.reduce((sum, value) => sum + value, 0) - profile.falsePositive * falseAlarms;
}

/** A false alarm soon after a window costs less than one out of nowhere. */
function falseAlarmWeight(row: number, previous: LabelledWindow | undefined): number {
  if (previous === undefined) return 1;
  const width = previous.to - previous.from + 1;
  return width <= 1 ? 1 : -sigmoid(Math.abs(row - previous.to) / (width - 1));
}

/** The score of a whole corpus: 0 for a detector that never speaks, 100 for a perfect one. */
export function normalizedScore(
  files: readonly LabelledScores[],
  threshold: number,
  profile: CostProfile,
): number {
  let raw = 0;
  let windows = 0;
  for (const file of files) {
    raw += rawScore(file, threshold, profile);
    windows += file.windows.length;
  }
  return (
    (100 * (raw + profile.falseNegative * windows)) /
    ((profile.truePositive + profile.falseNegative) * windows)
  );
}

/** The threshold that scores best on the labels, among those that tell files' scores apart. */
export function bestThreshold(
  files: readonly LabelledScores[],
  profile: CostProfile,
): { readonly threshold: number; readonly score: number } {
  const distinct = new Set<number>();
  // To the third digit: finer ones only follow the labels more closely.
  for (const { scores } of files) {
    for (const score of Array.from(scores))
      if (score > 0) distinct.add(Math.ceil(score * 1e3) / 1e3);
  }
  let best = { threshold: Infinity, score: normalizedScore(files, Infinity, profile) };
  for (const threshold of distinct) {
    const score = normalizedScore(files, threshold, profile);
    if (score > best.score) best = { threshold, score };
  }
  return best;
}
