import React, { ReactNode, useId } from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  /** Over the whole width, whatever else fits beside it. */
  readonly wide?: boolean;
}

/** One question that the panel answers. The panel's own title is a heading of level 2, the verdict of level 3. */
export function Section({ title, children, wide = false }: Props) {
  const styles = useStyles2(getStyles);
  const id = useId();
  return (
    <section aria-labelledby={id} className={wide ? styles.wide : styles.section}>
      <Text element="h4" variant="h6" id={id}>
        {title}
      </Text>
      {children}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const section = css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), minWidth: 0 });
  return { section, wide: css([section, { gridColumn: '1 / -1' }]) };
};
