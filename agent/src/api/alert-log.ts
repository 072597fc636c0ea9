import type { Clock } from "../core/index.js";
import type { AlertPayload, RecordedAlert } from "./alert-schema.js";

/** Enough for every alert of a cluster that is on fire; half a megabyte with usual labels. */
const DEFAULT_MAX_ALERTS = 1_000;
/** With the longest labels that are taken, some twenty alerts. At most 4 MB: two bytes a character. */
const DEFAULT_MAX_CHARACTERS = 2_000_000;

export interface AlertLogOptions {
  readonly clock: Clock;
  readonly maxAlerts?: number;
  /** UTF-16 code units of all texts that are kept. */
  readonly maxCharacters?: number;
}

interface KeptAlert {
  readonly alert: RecordedAlert;
  readonly characters: number;
}

/**
 * What Alertmanager has told, each alert once by group, fingerprint and status, however often it
 * comes. Past `maxAlerts` or `maxCharacters` those not heard of for longest are forgotten, and counted.
 */
export class AlertLog {
  readonly #clock: Clock;
  readonly #maxAlerts: number;
  readonly #maxCharacters: number;
  /** In the order of their last arrival: a repeated alert moves to the end. */
  readonly #alerts = new Map<string, KeptAlert>();
  #characters = 0;
  #dropped = 0;

  constructor(options: AlertLogOptions) {
    this.#clock = options.clock;
    this.#maxAlerts = options.maxAlerts ?? DEFAULT_MAX_ALERTS;
    this.#maxCharacters = options.maxCharacters ?? DEFAULT_MAX_CHARACTERS;
  }

  /** How many alerts were new, and how many were known. */
  record(payload: AlertPayload): { readonly recorded: number; readonly repeated: number } {
    const now = this.#clock.now();
    let repeated = 0;
    for (const alert of payload.alerts) {
      const key = JSON.stringify([payload.groupKey, alert.fingerprint, alert.status]);
      const known = this.#alerts.get(key)?.alert;
      if (known !== undefined) {
        repeated++;
        this.#remove(key);
      }
      this.#add(key, {
        groupKey: payload.groupKey,
        fingerprint: alert.fingerprint,
        status: alert.status,
        labels: alert.labels,
        startsAt: alert.startsAt,
        firstReceivedSeconds: known?.firstReceivedSeconds ?? now,
        lastReceivedSeconds: now,
        timesReceived: (known?.timesReceived ?? 0) + 1,
      });
    }
    return { recorded: payload.alerts.length - repeated, repeated };
  }

  /** Latest arrival first. */
  list(): readonly RecordedAlert[] {
    return [...this.#alerts.values()].map(({ alert }) => alert).reverse();
  }

  /** Alerts forgotten because the log is bounded. */
  get dropped(): number {
    return this.#dropped;
  }

  #add(key: string, alert: RecordedAlert): void {
    const characters = key.length + charactersOf(alert);
    this.#alerts.set(key, { alert, characters });
    this.#characters += characters;
    while (this.#alerts.size > this.#maxAlerts || this.#characters > this.#maxCharacters) {
      const [oldest] = this.#alerts.keys();
      if (oldest === undefined) return;
      this.#remove(oldest);
      this.#dropped++;
    }
  }

  #remove(key: string): void {
    this.#characters -= this.#alerts.get(key)?.characters ?? 0;
    this.#alerts.delete(key);
  }
}

function charactersOf({ groupKey, fingerprint, labels, startsAt }: RecordedAlert): number {
  let characters = groupKey.length + fingerprint.length + startsAt.length;
  for (const [name, value] of Object.entries(labels)) characters += name.length + value.length;
  return characters;
}
