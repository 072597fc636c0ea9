import React from 'react';
import { PanelProps } from '@grafana/data';
import { PanelOptions } from '../types';

export function BehaviorPanel({ width, height }: PanelProps<PanelOptions>) {
  return <div style={{ width, height }} />;
}
