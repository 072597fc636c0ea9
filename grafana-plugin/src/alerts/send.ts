import { getBackendSrv, isFetchError } from '@grafana/runtime';
import { OneOffAlert } from './one-off';

/** `status` is undefined when no answer came. */
export type SendOutcome =
  { readonly sent: true } | { readonly sent: false; readonly status: number | undefined; readonly message: string };

/** Posts to the Alertmanager behind a data source. A failure is a value, never a rejection. */
export async function sendOneOff(alertmanagerUid: string, alert: OneOffAlert): Promise<SendOutcome> {
  try {
    const url = `/api/datasources/proxy/uid/${encodeURIComponent(alertmanagerUid)}/api/v2/alerts`;
    // The panel shows the outcome itself.
    await getBackendSrv().post(url, [alert], { showErrorAlert: false, showSuccessAlert: false });
    return { sent: true };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): SendOutcome {
  if (!isFetchError<unknown>(error)) {
    return { sent: false, status: undefined, message: error instanceof Error ? error.message : String(error) };
  }
  const message = messageIn(error.data) ?? error.statusText ?? error.message ?? '';
  // Grafana's client says 0, or nothing, when there was no answer at all.
  return { sent: false, status: error.status || undefined, message };
}

/** Grafana answers `{message}`, Alertmanager a JSON string or plain text. */
function messageIn(data: unknown): string | undefined {
  if (typeof data === 'string') {
    return data || undefined;
  }
  if (typeof data === 'object' && data !== null && 'message' in data && typeof data.message === 'string') {
    return data.message || undefined;
  }
  return undefined;
}
