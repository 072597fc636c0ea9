import React from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { Icon, Text, useStyles2 } from '@grafana/ui';
import { PanelView } from '../data/view';
import { Hint } from './Hint';
import { differWords } from './Pickers';
import { ResourceTile } from './Resources';
import { verdictWords } from './verdict';

/** The smallest layout: the verdict, and replicas now and recommended; then what there is room for. */
export function Glance({ view }: { readonly view: PanelView }) {
  const styles = useStyles2(getStyles);
  const { shown, workloads } = view;
  const { icon, color, headline, detail } = verdictWords(shown.drift);
  const replicas = shown.resources.find(({ resource }) => resource === 'replicas');
  return (
    <div className={styles.glance}>
      <div aria-live="polite">
        <Text element="h3" variant="h5">
          <Text color={color}>
            <Icon name={icon} size="lg" />
          </Text>{' '}
          {headline}
        </Text>
      </div>
      {replicas !== undefined && (
        <div>
          <ResourceTile view={replicas} brief />
        </div>
      )}
      {detail !== '' && <Hint>{detail}</Hint>}
      {workloads.length > 1 && <Hint>{`${shown.name.workload} · ${differWords(view)}`}</Hint>}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  glance: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5) }),
});
