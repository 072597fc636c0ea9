import { Reading } from '../../data/view';
import { durationText, signedText } from './numbers';

const reading = (value: number, text: string): Reading => ({
  value,
  timeMs: 0,
  display: { numeric: value, text },
  links: () => [],
});

it.each([
  ['more', 2, '2', '+2'],
  ['less, with a minus as wide as the plus', -1, '-1', '−1'],
  ['none', 0, '0', '0'],
])('signs %s', (_name, value, text, expected) => {
  expect(signedText(reading(value, text))).toBe(expected);
});

it.each([
  [0, '0 s'],
  // Not "2 min", which is a third more.
  [90, '90 s'],
  [120, '2 min'],
  [300, '5 min'],
  [7199, '120 min'],
  [7200, '2 h'],
  [172_800, '2 d'],
])('tells %d seconds', (seconds, expected) => {
  expect(durationText(seconds)).toBe(expected);
});
