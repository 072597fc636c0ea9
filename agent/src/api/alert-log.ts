import type { Clock } from "../core/index.js";
import type { AlertPayload, RecordedAlert } from "./alert-schema.js";

/** Enough for every alert of a cluster that is on fire; about a megabyte with usual labels. */
const DEFAULT_MAX_ALERTS = 1_000;

export interface AlertLogOptions {
  readonly clock: Clock;
  readonly maxAlerts?: number;
}

/**
 * What Alertmanager has told, each alert once by group, fingerprint and status, however often it
 * comes. Past `maxAlerts` the one not heard of for longest is forgotten, and counted.
 */
export class AlertLog {
  readonly #clock: Clock;
  readonly #maxAlerts: number;
  /** In the order of their last arrival: a repeated alert moves to the end. */
  readonly #alerts = new Map<string, RecordedAlert>();
  #dropped = 0;

  constructor(options: AlertLogOptions) {
    this.#clock = options.clock;
    this.#maxAlerts = options.maxAlerts ?? DEFAULT_MAX_ALERTS;
  }

  /** How many alerts were new, and how many were known. */
  record(payload: AlertPayload): { readonly recorded: number; readonly repeated: number } {
    const now = this.#clock.now();
    let repeated = 0;
    for (const alert of payload.alerts) {
      const key = JSON.stringify([payload.groupKey, alert.fingerprint, alert.status]);
      const known = this.#alerts.get(key);
      if (known !== undefined) {
        repeated++;
        this.#alerts.delete(key);
      }
      this.#alerts.set(key, {
        groupKey: payload.groupKey,
        fingerprint: alert.fingerprint,
        status: alert.status,
        labels: alert.labels,
        startsAt: alert.startsAt,
        firstReceivedSeconds: known?.firstReceivedSeconds ?? now,
        lastReceivedSeconds: now,
        timesReceived: (known?.timesReceived ?? 0) + 1,
      });
      this.#forgetOldest();
    }
    return { recorded: payload.alerts.length - repeated, repeated };
  }

  /** Latest arrival first. */
  list(): readonly RecordedAlert[] {
    return [...this.#alerts.values()].reverse();
  }

  /** Alerts forgotten because the log is bounded. */
  get dropped(): number {
    return this.#dropped;
  }

  #forgetOldest(): void {
    if (this.#alerts.size <= this.#maxAlerts) return;
    const [oldest] = this.#alerts.keys();
    if (oldest !== undefined) this.#alerts.delete(oldest);
    this.#dropped++;
  }
}
