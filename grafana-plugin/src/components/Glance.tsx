import React from 'react';
import { Text } from '@grafana/ui';
import { PanelView } from '../data/view';
import { differWords } from './Pickers';
import { ResourceTile } from './Resources';
import { StatusLine } from './StatusLine';

/** The smallest layout: the verdict, and replicas now and recommended. */
export function Glance({ view, nowMs }: { readonly view: PanelView; readonly nowMs: number }) {
  const { shown, workloads } = view;
  const replicas = shown.resources.find(({ resource }) => resource === 'replicas');
  return (
    <>
      <StatusLine shown={shown} nowMs={nowMs} brief />
      {replicas !== undefined && (
        <div>
          <ResourceTile view={replicas} brief />
        </div>
      )}
      {workloads.length > 1 && (
        <Text variant="bodySmall" color="secondary">
          {`${shown.name.workload}; ${differWords(view)}`}
        </Text>
      )}
    </>
  );
}
