import { layoutFor } from './layout';

it.each([
  ['auto', 200, 150, 'compact'],
  ['auto', 319, 800, 'compact'],
  ['auto', 1200, 219, 'compact'],
  ['auto', 320, 220, 'medium'],
  ['auto', 1200, 419, 'medium'],
  ['auto', 640, 420, 'full'],
  // A person's wish goes before the size; what does not fit is scrolled to.
  ['full', 200, 150, 'full'],
  ['compact', 1200, 800, 'compact'],
] as const)('%s at %d by %d is %s', (wanted, width, height, expected) => {
  expect(layoutFor(wanted, width, height)).toBe(expected);
});
