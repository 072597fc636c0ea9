import { t as translate } from '@grafana/i18n';

/**
 * The words for `key` in the person's language, with `values` put in. React escapes what it shows, so a
 * second escaping here would show `&#x2F;` for the slash of an operation.
 */
export function t(key: string, english: string, values?: Readonly<Record<string, string>>): string {
  return translate(key, english, { ...values, interpolation: { escapeValue: false } });
}
