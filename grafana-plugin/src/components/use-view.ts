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
  const { timeRange } = data;
  const asked = useMemo(() => askedOf(timeRange), [timeRange]);
  const [tick, setTick] = useState<Tick>();
  const nowMs = tick?.asked === asked ? tick.nowMs : asked.atMs;
  // The values of variables change without `replaceVariables` becoming another function.
  const namespace = replaceVariables(options.namespace, undefined, 'pipe');
  const workload = replaceVariables(options.workload, undefined, 'pipe');
  const segment = replaceVariables(options.segment, undefined, 'pipe');
  const result = useMemo(
    () =>
      readView(data, { ...options, namespace, workload, segment }, selection, {
        nowMs,
        theme,
        timeZone,
        replaceVariables: (text) => text,
      }),
    [data, options, namespace, workload, segment, selection, nowMs, theme, timeZone]
  );

  // A dashboard that is not refreshed must not go on showing a recommendation that has expired.
  const expiry = result.status === 'ready' ? result.view.shown.expiresAt : undefined;
  const expiresAtMs = expiry?.known ? expiry.value.atMs : undefined;
  useEffect(() => {
    if (expiresAtMs === undefined || !asked.isLive) {
      return;
    }
    const delayMs = expiresAtMs > nowMs ? Math.max(0, expiresAtMs - presentOf(asked)) : TELL_AGAIN_MS;
    if (delayMs > LONGEST_TIMER_MS) {
      return;
    }
    const timer = setTimeout(() => setTick({ asked, nowMs: Math.max(expiresAtMs, presentOf(asked)) }), delayMs);
    return () => clearTimeout(timer);
  }, [asked, expiresAtMs, nowMs]);

  return { result, nowMs };
}

/** How often it is told anew how long ago a recommendation has expired. */
const TELL_AGAIN_MS = 60_000;
/** setTimeout takes no more than 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** When a range was looked at. */
interface Asked {
  /** The present as of the query: its end, or the clock where the range ends later ("today"). */
  readonly atMs: number;
  /** The clock when the range came: that of the data may be another. */
  readonly receivedAtMs: number;
  /** False for a range in the past: time stands still there. */
  readonly isLive: boolean;
}

/** Time has gone on since a range came; for another range it says nothing. */
interface Tick {
  readonly asked: Asked;
  readonly nowMs: number;
}

function askedOf({ raw, to }: TimeRange): Asked {
  const receivedAtMs = Date.now();
  const toMs = to.valueOf();
  const isLive = raw.to === 'now' || toMs > receivedAtMs;
  return { atMs: raw.to === 'now' ? toMs : Math.min(toMs, receivedAtMs), receivedAtMs, isLive };
}

function presentOf({ atMs, receivedAtMs }: Asked): number {
  return atMs + Date.now() - receivedAtMs;
}
