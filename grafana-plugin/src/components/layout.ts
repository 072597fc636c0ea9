import { PanelOptions } from '../types';

/** `compact` is one glance, `medium` what and why, `full` everything. */
export type Layout = 'compact' | 'medium' | 'full';

/** In pixels, as Grafana gives a panel's size: below either, only a glance fits. */
export const COMPACT_BELOW = { width: 320, height: 220 };
/** In pixels: from both on there is room for everything. */
export const FULL_FROM = { width: 640, height: 420 };

export function layoutFor(wanted: PanelOptions['layout'], width: number, height: number): Layout {
  if (wanted !== 'auto') {
    return wanted;
  }
  if (width < COMPACT_BELOW.width || height < COMPACT_BELOW.height) {
    return 'compact';
  }
  return width >= FULL_FROM.width && height >= FULL_FROM.height ? 'full' : 'medium';
}
