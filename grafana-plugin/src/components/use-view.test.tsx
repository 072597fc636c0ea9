import { act, renderHook } from '@testing-library/react';
import { dateTime, PanelData, TimeRange } from '@grafana/data';
import { DEFAULT_OPTIONS } from '../defaults';
import { END_MS, range, SHOP, wholeShop } from '../data/fixture';
import { METRICS } from '../data/metrics';
import { panelData } from './fixture';
import { useView } from './use-view';

const HOUR_MS = 3_600_000;
/** Of the fixture: five minutes. */
const VALID_MS = 300_000;

function dataAt(to: number, rawTo: 'now' | 'then', frames = wholeShop()): PanelData {
  const from = dateTime(to - HOUR_MS);
  const timeRange: TimeRange = { from, to: dateTime(to), raw: { from, to: rawTo === 'now' ? 'now' : dateTime(to) } };
  return { ...panelData(frames), timeRange };
}

function view(data: PanelData, replaceVariables = (text: string) => text, options = DEFAULT_OPTIONS) {
  return renderHook(
    (props: { data: PanelData }) => useView({ ...props, options, timeZone: 'utc', replaceVariables }, NOTHING),
    { initialProps: { data } }
  );
}

// The same object in each rendering, as the state of a component is.
const NOTHING = {};

function shownOf({ result }: ReturnType<typeof useView>) {
  if (result.status !== 'ready') {
    throw new Error(result.status);
  }
  return result.view.shown;
}

function isExpired(found: ReturnType<typeof useView>): boolean {
  const { expiresAt } = shownOf(found);
  return expiresAt.known && expiresAt.value.expired;
}

describe('when a recommendation has expired', () => {
  beforeEach(() => jest.useFakeTimers({ now: END_MS }));
  afterEach(() => jest.useRealTimers());
  const pass = (milliseconds: number) => act(() => void jest.advanceTimersByTime(milliseconds));

  it('regression: time stands still in a range of the past, however long it is looked at', () => {
    jest.setSystemTime(END_MS + 24 * HOUR_MS);
    const { result } = view(dataAt(END_MS, 'then'));
    pass(VALID_MS + 1);
    expect(isExpired(result.current)).toBe(false);
  });

  it('regression: what has expired live is valid again in the range in which it was', () => {
    const { result, rerender } = view(dataAt(END_MS, 'now'));
    pass(VALID_MS + 1);
    expect(isExpired(result.current)).toBe(true);
    rerender({ data: dataAt(END_MS, 'then') });
    expect(isExpired(result.current)).toBe(false);
  });

  it('regression: without a refresh it is told anew how long ago that was', () => {
    const { result } = view(dataAt(END_MS, 'now'));
    pass(VALID_MS + 1);
    // A timer is set again only once the panel has been drawn.
    pass(60_001);
    pass(60_001);
    expect(result.current.nowMs).toBeGreaterThanOrEqual(END_MS + VALID_MS + 120_000);
  });

  it('goes by the clock of the data where that is another than the one on the wall', () => {
    jest.setSystemTime(END_MS - 10 * HOUR_MS);
    const { result } = view(dataAt(END_MS, 'now'));
    pass(VALID_MS - 1);
    expect(isExpired(result.current)).toBe(false);
    pass(2);
    expect(isExpired(result.current)).toBe(true);
  });
});

it('regression: follows a variable whose value changes, although nothing else does', () => {
  const other = range(METRICS.driftScore, { ...SHOP, workload: 'cart', segment: 'all' }, [0.1]);
  const data = dataAt(END_MS, 'now', [...wholeShop(), other]);
  let workload = 'shop';
  const { result, rerender } = view(data, (text) => text.replace('$workload', workload), {
    ...DEFAULT_OPTIONS,
    workload: '$workload',
  });
  expect(shownOf(result.current).name.workload).toBe('shop');
  workload = 'cart';
  rerender({ data });
  expect(shownOf(result.current).name.workload).toBe('cart');
});
