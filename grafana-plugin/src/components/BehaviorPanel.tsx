import React, { useCallback, useState } from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2, LoadingState, PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { Selection } from '../data/read-view';
import { PanelOptions } from '../types';
import { Glance } from './Glance';
import { layoutFor } from './layout';
import { Pickers } from './Pickers';
import { errorsOf, Loading, nothingWords, NoSuchWorkload, QueryFailed } from './states';
import { useView } from './use-view';
import { Workload } from './Workload';
import { t } from './words/t';

/** What the agent sees of a workload's callers, what it recommends, and why. */
export function BehaviorPanel(props: PanelProps<PanelOptions>) {
  const { id, data, options, fieldConfig, width, height } = props;
  const styles = useStyles2(getStyles);
  const [selection, setSelection] = useState<Selection>(NOTHING_SELECTED);
  const onSelect = useCallback((change: Selection) => setSelection((before) => ({ ...before, ...change })), []);
  const { result, nowMs } = useView(props, selection);
  const failed = data.state === LoadingState.Error;

  if (result.status === 'nothing' && !failed) {
    return data.state === LoadingState.Loading || data.state === LoadingState.NotStarted ? (
      <Loading />
    ) : (
      <PanelDataErrorView
        panelId={id}
        data={data}
        fieldConfig={fieldConfig}
        message={nothingWords(result.found)}
        needsNumberField
      />
    );
  }
  const layout = layoutFor(options.layout, width, height);
  return (
    // A region that scrolls has to be reached with the keyboard.
    <div
      className={styles.panel}
      style={{ width, height }}
      role="region"
      aria-label={t('panel.label', 'Behavior')}
      tabIndex={0}
    >
      {failed && <QueryFailed errors={errorsOf(data)} keepsOldData={result.status === 'ready'} />}
      {result.status === 'no_such_workload' && <NoSuchWorkload {...result} />}
      {result.status === 'ready' && layout === 'compact' && <Glance view={result.view} />}
      {result.status === 'ready' && layout !== 'compact' && (
        <Workload
          panel={props}
          view={result.view}
          nowMs={nowMs}
          full={layout === 'full'}
          pickers={<Pickers view={result.view} onSelect={onSelect} />}
        />
      )}
    </div>
  );
}

const NOTHING_SELECTED: Selection = {};

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({
    // What is placed absolutely, for screen readers alone, stays inside.
    position: 'relative',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    // Room for the ring around what has the focus.
    padding: theme.spacing(0.5),
    overflow: 'auto',
    scrollbarWidth: 'thin',
    scrollbarGutter: 'stable',
    '& p, & ul, & ol': { margin: 0, padding: 0 },
  }),
});
