import { DisplayProcessor, Field, GrafanaTheme2, getDisplayProcessor } from '@grafana/data';
import { METRICS } from './metrics';
import { Metric, Sample, Series } from './series';
import { Reading } from './view';

/** Grafana's units, for fields to which nobody gave one. Ratios are shares; a score is a plain number. */
const UNITS: Readonly<Partial<Record<Metric, string>>> = {
  [METRICS.observed]: 'reqps',
  [METRICS.forecast]: 'reqps',
  [METRICS.driftConfidence]: 'percentunit',
  [METRICS.driftEvidence]: 'percentunit',
  [METRICS.coverage]: 'percentunit',
  [METRICS.predictedWorkload]: 'percentunit',
  [METRICS.outcome]: 'percentunit',
  [METRICS.currentMemory]: 'bytes',
  [METRICS.recommendedMemory]: 'bytes',
  [METRICS.currentNetwork]: 'Bps',
  [METRICS.recommendedNetwork]: 'Bps',
};

/** For fields to which nobody gave any: more of a score says nothing. */
const DECIMALS: Readonly<Partial<Record<Metric, number>>> = { [METRICS.driftScore]: 2 };

export interface Reader {
  /** `timeMs`: the time that the value is about, when that is not the one at which it was said. */
  read(series: Series, sample: Sample, timeMs?: number): Reading;
  displayOf(series: Series): DisplayProcessor;
  unitOf(series: Series): string | undefined;
}

/** Shows numbers as their fields say: unit, decimals, thresholds, links. */
export function createReader(theme: GrafanaTheme2, timeZone: string | undefined): Reader {
  const processors = new Map<Field, DisplayProcessor>();
  const unitOf = ({ field, metric }: Series) => field.config?.unit || UNITS[metric];
  const displayOf = (series: Series) => {
    const { field } = series;
    let display = processors.get(field);
    if (display === undefined) {
      const unit = unitOf(series);
      const decimals = field.config?.decimals ?? DECIMALS[series.metric];
      const isAsSet = field.config?.unit === unit && field.config?.decimals === decimals;
      const config = { ...field.config, unit, decimals };
      display =
        (isAsSet ? field.display : undefined) ?? getDisplayProcessor({ field: { ...field, config }, theme, timeZone });
      processors.set(field, display);
    }
    return display;
  };
  return {
    unitOf,
    displayOf,
    read: (series, { value, timeMs, row }, aboutMs = timeMs) => ({
      value,
      timeMs: aboutMs,
      display: displayOf(series)(value),
      links: () => series.field.getLinks?.({ valueRowIndex: row }) ?? [],
    }),
  };
}
