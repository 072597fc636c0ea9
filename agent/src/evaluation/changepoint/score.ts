/** Samples by which a detection may miss an annotation: as the benchmark has it. */
const MARGIN = 5;

export interface ChangepointScore {
  readonly f1: number;
  readonly cover: number;
}

/**
 * The two scores of the Turing Change Point Dataset (van den Burg and Williams 2020): F1 with a margin of 5
 * samples, and the covering of the annotated segmentation. `annotations` holds one list of indices for each
 * person; index 0 is added to all of them and to the prediction.
 */
export function scoreChangepoints(
  predicted: readonly number[],
  annotations: readonly (readonly number[])[],
  length: number,
): ChangepointScore {
  const detections = withStart(predicted);
  const people = annotations.map(withStart);
  const union = withStart(people.flat());
  const precision = matched(union, detections) / detections.length;
  const recall = mean(people.map((person) => matched(person, detections) / person.length));
  const cover = mean(people.map((person) => covering(person, detections, length)));
  const sum = precision + recall;
  return { f1: sum === 0 ? 0 : (2 * precision * recall) / sum, cover };
}

/** How many of `truths` have a detection of their own within the margin. Both ascend. */
function matched(truths: readonly number[], detections: readonly number[]): number {
  const free = [...detections];
  let count = 0;
  for (const truth of truths) {
    let nearest = -1;
    free.forEach((detection, at) => {
      const distance = Math.abs(detection - truth);
      if (distance > MARGIN) return;
      if (nearest < 0 || distance < Math.abs((free[nearest] ?? Infinity) - truth)) nearest = at;
    });
    if (nearest < 0) continue;
    free.splice(nearest, 1);
    count += 1;
  }
  return count;
}

/** Of each annotated segment, its best overlap (Jaccard index) with a predicted one, weighed by length. */
function covering(
  truths: readonly number[],
  detections: readonly number[],
  length: number,
): number {
  const predicted = segmentsOf(detections, length);
  let sum = 0;
  for (const [from, to] of segmentsOf(truths, length)) {
    let best = 0;
    for (const [start, end] of predicted) {
      const overlap = Math.max(0, Math.min(to, end) - Math.max(from, start));
      best = Math.max(best, overlap / (to - from + end - start - overlap));
    }
    sum += (to - from) * best;
  }
  return sum / length;
}

function segmentsOf(starts: readonly number[], length: number): [from: number, to: number][] {
  return starts.map((start, at) => [start, starts[at + 1] ?? length]);
}

function withStart(indices: readonly number[]): number[] {
  return [...new Set([0, ...indices])].sort((one, other) => one - other);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
