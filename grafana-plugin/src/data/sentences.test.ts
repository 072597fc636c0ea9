import { FieldType, toDataFrame } from '@grafana/data';
import { METRICS } from './metrics';
import { readSentences } from './sentences';

const SHOP = { namespace: 'default', workload: 'shop' };

function frame(fields: Record<string, unknown[]>) {
  return toDataFrame({
    fields: Object.entries(fields).map(([name, values]) => ({ name, values, type: FieldType.other })),
  });
}

describe('readSentences', () => {
  it.each([
    ['a row each', { sentence: ['One.', ' Two. ', ''] }],
    ['a list', { reasons: [['One.', 'Two.']] }],
    ['a list written as JSON', { 'decision.reasons': ['["One.", "Two."]'] }],
  ])('reads %s', (_, fields) => {
    expect(readSentences([frame(fields)], SHOP)).toEqual(['One.', 'Two.']);
  });

  it('takes the newest decision', () => {
    const fields = { 'decision.timeSeconds': [100, 300, 300, 200], 'decision.reason': ['old', 'a', 'b', 'older'] };
    expect(readSentences([frame(fields)], SHOP)).toEqual(['a', 'b']);
  });

  it('leaves out other workloads', () => {
    expect(readSentences([frame({ workload: ['billing', 'shop'], reason: ['theirs', 'ours'] })], SHOP)).toEqual([
      'ours',
    ]);
  });

  it('keeps markup as text, and text that only looks like a list', () => {
    expect(readSentences([frame({ reason: ['<img src=x>', '[held back]'] })], SHOP)).toEqual([
      '<img src=x>',
      '[held back]',
    ]);
  });

  it('reads at most 20', () => {
    const many = Array.from({ length: 50 }, (_, index) => `Sentence ${index}.`);
    expect(readSentences([frame({ reasons: [many] })], SHOP)).toEqual(many.slice(0, 20));
  });

  it('does not take the label of a metric for a sentence', () => {
    const table = frame({ __name__: [METRICS.modelStatus], reason: ['too_few_windows'], Value: [1] });
    expect(readSentences([table], SHOP)).toEqual([]);
  });
});
