import fc from 'fast-check';
import { DEFAULT_OPTIONS } from './defaults';
import { migrateOptions, migratePanel } from './migration';

describe('migrateOptions', () => {
  it.each([undefined, null, 'text', 7, [], {}])('gives the defaults for %p', (saved) => {
    expect(migrateOptions(saved)).toEqual(DEFAULT_OPTIONS);
  });

  it('keeps what a person has set', () => {
    const saved = {
      namespace: '$namespace',
      workload: 'shop',
      segment: 'role:customer',
      horizonSeconds: 60,
      driftThreshold: 0.7,
      confidenceThreshold: 0.9,
      layout: 'compact',
      showWhy: false,
      showQuality: false,
      showAlerts: false,
      alertmanagerUid: 'am',
      version: 1,
    };
    expect(migratePanel({ options: saved })).toEqual(saved);
  });

  it.each([
    ['a threshold over 1', { driftThreshold: 50 }, { driftThreshold: 1 }],
    ['a threshold under 0', { confidenceThreshold: -0.1 }, { confidenceThreshold: 0 }],
    ['a threshold that is text', { driftThreshold: '0.5x' }, { driftThreshold: 0.5 }],
    ['a threshold that is no number', { driftThreshold: Number.NaN }, { driftThreshold: 0.5 }],
    ['a negative horizon', { horizonSeconds: -60 }, { horizonSeconds: 0 }],
    ['a layout of another version', { layout: 'huge' }, { layout: 'auto' }],
    ['an empty segment', { segment: ' ' }, { segment: 'all' }],
    ['spaces around a name', { workload: ' shop ' }, { workload: 'shop' }],
  ])('mends %s', (_, saved, expected) => {
    expect(migrateOptions(saved)).toEqual({ ...DEFAULT_OPTIONS, ...expected });
  });

  it('drops options that it does not know', () => {
    expect(migrateOptions({ seriesCountSize: 'sm' })).not.toHaveProperty('seriesCountSize');
  });

  it('changes nothing more when done again, whatever was saved', () => {
    const keys = fc.constantFrom(...Object.keys(DEFAULT_OPTIONS), 'other');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything()), (saved) => {
        const once = migrateOptions(saved);
        expect(migrateOptions(once)).toEqual(once);
      })
    );
  });
});
