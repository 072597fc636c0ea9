import React, { ReactNode, useMemo } from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2, PanelProps } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { AlertActions } from '../alerts/AlertActions';
import { RuleContext } from '../alerts/rules';
import { PanelView } from '../data/view';
import { PanelOptions } from '../types';
import { LoadSection, useChartHeight } from './LoadSection';
import { Limits, Otherwise } from './Otherwise';
import { Models, Outcomes, Sureness } from './Quality';
import { Resources } from './Resources';
import { StatusLine } from './StatusLine';
import { Contributions, Evidence, Sentences } from './Why';

interface Props {
  readonly panel: PanelProps<PanelOptions>;
  readonly view: PanelView;
  readonly nowMs: number;
  /** Otherwise what does not explain the number itself is left out. */
  readonly full: boolean;
  readonly pickers: ReactNode;
}

/** Width that a scroll bar and the padding take, in units of the theme's grid. */
const SCROLL_BAR_UNITS = 3;

/** All that is known about the chosen workload. */
export function Workload({ panel, view, nowMs, full, pickers }: Props) {
  const { width, height, timeRange, timeZone, options, onChangeTimeRange } = panel;
  const styles = useStyles2(getStyles);
  const { spacing } = useTheme2();
  const contentWidth = Math.max(0, width - SCROLL_BAR_UNITS * spacing.gridSize);
  const chartHeight = useChartHeight(height);
  const rules = useRuleContext(panel, view);
  const { shown } = view;
  return (
    <>
      <StatusLine shown={shown} nowMs={nowMs} />
      {pickers}
      <Resources resources={shown.resources} width={contentWidth} />
      <LoadSection
        load={shown.load}
        horizonSeconds={view.horizonSeconds}
        isOfAll={view.segment === 'all'}
        nowMs={nowMs}
        width={contentWidth}
        height={chartHeight}
        timeRange={timeRange}
        timeZone={timeZone}
        onChangeTimeRange={onChangeTimeRange}
      />
      <div className={styles.sections}>
        {options.showWhy && (
          <>
            <Contributions shown={shown} />
            <Evidence shown={shown} />
            <Limits guards={shown.guards} />
            {full && <Otherwise counterfactuals={shown.counterfactuals} />}
            {full && <Sentences sentences={shown.sentences} />}
          </>
        )}
        {options.showQuality && full && (
          <>
            <Sureness quality={shown.quality} />
            <Outcomes quality={shown.quality} />
            <Models models={shown.models} />
          </>
        )}
      </div>
      {options.showAlerts && <AlertActions shown={shown} rules={rules} alertmanagerUid={options.alertmanagerUid} />}
    </>
  );
}

function useRuleContext(
  { id, data, options, replaceVariables }: PanelProps<PanelOptions>,
  view: PanelView
): RuleContext | undefined {
  const { request } = data;
  return useMemo(() => {
    const sources = request?.targets.map(({ datasource }) => datasource) ?? [];
    const source = sources.find((candidate) => candidate?.type === 'prometheus') ?? sources[0];
    if (typeof source?.uid !== 'string') {
      return undefined;
    }
    return {
      workload: view.shown.name,
      segment: view.segment,
      driftThreshold: options.driftThreshold,
      confidenceThreshold: options.confidenceThreshold,
      datasourceUid: replaceVariables(source.uid),
      dashboardUid: request?.dashboardUID,
      panelId: id,
    };
  }, [request, view, options, replaceVariables, id]);
}

const getStyles = (theme: GrafanaTheme2) => ({
  sections: css({
    display: 'grid',
    gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${theme.spacing(36)}), 1fr))`,
    gap: theme.spacing(2, 4),
  }),
});
