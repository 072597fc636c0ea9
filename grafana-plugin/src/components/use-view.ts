import { useEffect, useMemo, useState } from 'react';
import { PanelProps, TimeRange } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { readView, Selection } from '../data/read-view';
import { ViewResult } from '../data/view';
import { PanelOptions } from '../types';

type Inputs = Pick<PanelProps<PanelOptions>, 'data' | 'options' | 'timeZone' | 'replaceVariables'>;

/** What the panel shows at `nowMs`, read again only when something that it depends on has changed. */
export function useView(
  { data, options, timeZone, replaceVariables }: Inputs,
  selection: Selection
): { result: ViewResult; nowMs: number } {
  const theme = useTheme2();
  const [expiredAtMs, setExpiredAtMs] = useState(0);
  const askedAtMs = presentOf(data.timeRange);
  const nowMs = Math.max(askedAtMs, expiredAtMs);
  const result = useMemo(
    () => readView(data, options, selection, { nowMs, theme, timeZone, replaceVariables }),
    [data, options, selection, nowMs, theme, timeZone, replaceVariables]
  );

  // A dashboard that is not refreshed must not go on showing a recommendation that has expired.
  const expiry = result.status === 'ready' ? result.view.shown.expiresAt : undefined;
  const validUntilMs = expiry?.known && !expiry.value.expired ? expiry.value.atMs : undefined;
  useEffect(() => {
    if (validUntilMs === undefined || validUntilMs - askedAtMs > LONGEST_TIMER_MS) {
      return;
    }
    const timer = setTimeout(() => setExpiredAtMs(validUntilMs), Math.max(0, validUntilMs - askedAtMs));
    return () => clearTimeout(timer);
  }, [validUntilMs, askedAtMs]);

  return { result, nowMs };
}

/** setTimeout takes no more than 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The present, as of the query: its end. Someone may look at the past, in which case that is when it was,
 * or beyond the present ("today"), in which case the clock counts.
 */
function presentOf({ raw, to }: TimeRange): number {
  return raw.to === 'now' ? to.valueOf() : Math.min(to.valueOf(), Date.now());
}
