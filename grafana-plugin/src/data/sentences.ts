import { DataFrame, Field, FieldType } from '@grafana/data';
import { fieldsOf, isNumber, metricOf, valuesOf } from './series';
import { WorkloadName } from './view';

/** As many as a person reads. */
const MAXIMUM_SENTENCES = 20;

const SENTENCE_FIELDS: readonly string[] = ['reasons', 'sentence', 'reason'];
const WORKLOAD_FIELDS: readonly string[] = ['workload', 'service'];

/**
 * Sentences of the newest decision, from a query to the agent's `/explanations` through a data source that reads
 * JSON: rows of text, lists, or JSON lists in a field `reasons`, `sentence` or `reason`. They stay plain text.
 */
export function readSentences(frames: readonly DataFrame[], name: WorkloadName): string[] {
  const rows = frames.flatMap((frame) => rowsOf(frame, name));
  const newest = rows.reduce((time, row) => Math.max(time, row.time), Number.NEGATIVE_INFINITY);
  const sentences = rows
    .filter(({ time }) => time === newest)
    .flatMap(({ cell }) => sentencesOf(cell))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  return [...new Set(sentences)].slice(0, MAXIMUM_SENTENCES);
}

function rowsOf(frame: DataFrame, name: WorkloadName): Array<{ readonly cell: unknown; readonly time: number }> {
  const fields = fieldsOf(frame);
  // A table of a metric has a column `reason` too: it is a label.
  if (fields.some((field) => metricOf(field, frame) !== undefined || field.name === '__name__')) {
    return [];
  }
  const field = fields.find((one) => SENTENCE_FIELDS.includes(lastPart(one)));
  const workloads = valuesOf(fields.find((one) => WORKLOAD_FIELDS.includes(lastPart(one))));
  const times = valuesOf(fields.find(isTimeOfDecision));
  return valuesOf(field).flatMap((cell, row) => {
    const workload = workloads[row];
    const other = typeof workload === 'string' && workload !== '' && workload !== name.workload;
    const time = times[row];
    return other ? [] : [{ cell, time: isNumber(time) ? time : 0 }];
  });
}

function isTimeOfDecision(field: Field): boolean {
  return field.type === FieldType.time || lastPart(field) === 'timeSeconds';
}

/** Sources that flatten JSON name a field by its path: `decision.reasons`. */
function lastPart({ name }: Field): string {
  return typeof name === 'string' ? (name.split('.').at(-1) ?? '') : '';
}

function sentencesOf(cell: unknown): string[] {
  if (Array.isArray(cell)) {
    return cell.filter((item) => typeof item === 'string');
  }
  if (typeof cell !== 'string') {
    return [];
  }
  return cell.trimStart().startsWith('[') ? sentencesOf(parsed(cell)) : [cell];
}

/** Text that only looks like JSON is a sentence in brackets. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [text];
  }
}
