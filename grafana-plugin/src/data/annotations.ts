import { DataFrame } from '@grafana/data';
import { fieldsOf, isTime, valuesOf } from './series';
import { EventMark } from './view';

/** A tag says it outright; else the words do. */
const WORDS: ReadonlyArray<readonly [EventMark['kind'], RegExp]> = [
  ['drift', /\bdrift/i],
  ['event', /\bevents?\b/i],
  ['scaling', /\b(scaling|scaled|replicas?)\b/i],
];

/** Annotations of the dashboard, in the fields that Grafana gives them: time, timeEnd, title, text, tags. */
export function readAnnotations(frames: readonly DataFrame[]): EventMark[] {
  return frames.flatMap((frame) => {
    const column = (name: string) => valuesOf(fieldsOf(frame).find((field) => field.name === name));
    const [ends, titles, texts, tags] = ['timeEnd', 'title', 'text', 'tags'].map(column);
    return column('time').flatMap((fromMs, row) => {
      if (!isTime(fromMs)) {
        return [];
      }
      const end = ends?.[row];
      const words = [...new Set([textOf(titles?.[row]), textOf(texts?.[row])])].filter((text) => text !== '');
      return [
        {
          kind: kindOf(tagsOf(tags?.[row]), words.join(' ')),
          text: words.join(': '),
          fromMs,
          toMs: isTime(end) && end > fromMs ? end : fromMs,
        },
      ];
    });
  });
}

function kindOf(tags: readonly string[], text: string): EventMark['kind'] {
  const tagged = WORDS.find(([kind]) => tags.includes(kind));
  return (tagged ?? WORDS.find(([, words]) => words.test(text)))?.[0] ?? 'other';
}

function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell.trim() : '';
}

function tagsOf(cell: unknown): string[] {
  const tags: unknown[] = Array.isArray(cell) ? cell : textOf(cell).split(',');
  return tags.map((tag) => textOf(tag).toLowerCase());
}
