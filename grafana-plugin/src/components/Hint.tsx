import React from 'react';
import { Text } from '@grafana/ui';

/** A reason or an explanation, in small secondary type. */
export function Hint({ children }: { readonly children: string }) {
  return (
    <Text element="p" variant="bodySmall" color="secondary">
      {children}
    </Text>
  );
}
