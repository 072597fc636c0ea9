import { createTheme, DataFrame, dateTime, FieldType, TimeRange } from '@grafana/data';
import { chartFrame, rangeWithForecast, structureRevision } from './chart-frame';

const theme = createTheme();
const gap = null;

/** Measured at 0, 10, 20 and 30 s; forecast 5 s beside that, as queries of another step give it. */
const FRAME: DataFrame = {
  length: 7,
  fields: [
    { name: 'time', type: FieldType.time, config: {}, values: [0, 10, 15, 20, 25, 30, 35].map((s) => s * 1000) },
    { name: 'observed', type: FieldType.number, config: {}, values: [1, 2, gap, 3, gap, 4, gap] },
    { name: 'forecast', type: FieldType.number, config: {}, values: [gap, gap, 2, gap, 3, gap, 4] },
    { name: 'lower', type: FieldType.number, config: {}, values: [gap, gap, 1, gap, 2, gap, 3] },
    { name: 'upper', type: FieldType.number, config: {}, values: [gap, gap, 3, gap, 4, gap, 5] },
  ],
};

const range = (toMs: number): TimeRange => {
  const [from, to] = [dateTime(0), dateTime(toMs)];
  return { from, to, raw: { from, to } };
};

it('joins points over the holes that the other series makes, not over true gaps', () => {
  const custom = chartFrame(FRAME, theme).fields.find(({ name }) => name === 'observed')?.config.custom;
  // Steps of 10 s: the 10 s from 10 to 20 are joined, 40 s would not be.
  expect(custom.spanNulls).toBe(35_000);
});

it('draws what was measured last, over its forecast', () => {
  expect(chartFrame(FRAME, theme).fields.map(({ name }) => name)).toEqual([
    'time',
    'upper',
    'lower',
    'forecast',
    'observed',
  ]);
});

it('reaches to the end of the forecast, and never cuts the range', () => {
  expect(rangeWithForecast(range(30_000), FRAME).to.valueOf()).toBe(35_000);
  expect(rangeWithForecast(range(60_000), FRAME).to.valueOf()).toBe(60_000);
});

it('keeps the set-up for new values, not for another unit', () => {
  const withUnit = (unit: string): DataFrame => ({
    ...FRAME,
    fields: FRAME.fields.map((field) => ({ ...field, config: { unit } })),
  });
  const longer = {
    ...FRAME,
    length: 8,
    fields: FRAME.fields.map((field) => ({ ...field, values: [...field.values, 5] })),
  };
  expect(structureRevision(longer)).toBe(structureRevision(FRAME));
  expect(structureRevision(withUnit('reqps'))).not.toBe(structureRevision(withUnit('Bps')));
});
