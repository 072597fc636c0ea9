/**
 * What the host page shows, and how it is told: the interface between the page and whoever drives it
 * (tests in a browser, the preview). Plain data, free of Grafana's packages, so that both sides share it.
 */

/** A field of a data frame, as `toDataFrame` of @grafana/data takes it. Times are epoch milliseconds. */
export interface PlainField {
  readonly name: string;
  readonly type: "time" | "number" | "string" | "boolean" | "other";
  readonly values: readonly unknown[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface PlainFrame {
  readonly refId?: string;
  readonly name?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly fields: readonly PlainField[];
}

/** A query of the panel, as a dashboard keeps it. */
export interface PanelQuery {
  readonly refId: string;
  readonly expr: string;
  /** One value a series at the end of the range, instead of a value a step. */
  readonly instant?: boolean;
}

/** A clock that runs faster than the machine's: `startSeconds + (machine - machineStartSeconds) * rate`. */
export interface FastClock {
  /** What the clock showed at `machineStartSeconds`. Seconds since the Unix epoch, both. */
  readonly startSeconds: number;
  readonly machineStartSeconds: number;
  readonly rate: number;
}

export interface Scene {
  readonly title: string;
  /** Of the whole panel with its frame and title, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly theme: "dark" | "light";
  /** A language of Grafana, such as `en-US` or `de-DE`. Can't change once the page has shown something. */
  readonly locale: string;
  /** `utc`, `browser` or an IANA name. */
  readonly timeZone: string;
  /** Epoch milliseconds. */
  readonly range: { readonly fromMs: number; readonly toMs: number };
  /** The range is "the last ... until now", and not two fixed moments. */
  readonly live: boolean;
  readonly state: "NotStarted" | "Loading" | "Streaming" | "Done" | "Error";
  /** Messages of the data source. */
  readonly errors: readonly string[];
  /** Shown as they are; then no query is run. */
  readonly frames?: readonly PlainFrame[];
  readonly annotations?: readonly PlainFrame[];
  /** Run against the data source {@link PROMETHEUS_UID} of the host's server. */
  readonly queries: readonly PanelQuery[];
  /** Of range queries, by the data source's clock. */
  readonly stepSeconds: number;
  /** What of the panel's options differs from the defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly fieldConfig: {
    readonly defaults: Readonly<Record<string, unknown>>;
    readonly overrides: readonly unknown[];
  };
  /** Permissions of the person, such as `alert.rules:create`. */
  readonly permissions: readonly string[];
  readonly role: "Viewer" | "Editor" | "Admin";
  /** Dashboard variables: `$name`, `${name}` and `[[name]]` in texts are replaced. */
  readonly variables: Readonly<Record<string, string>>;
  /** When given, the data are on this clock: the range is, and what the data source says is brought to it. */
  readonly clock?: FastClock;
}

/** What the preview page asks its server for: what there is to see. */
export interface Preview {
  /** Of the agent that is shown. */
  readonly clock: FastClock;
  readonly workload: string;
  /** Between two samples of the data source, by the machine's clock. */
  readonly stepSeconds: number;
  /** Where the data come from, in words. */
  readonly source: string;
}

/** The data source that queries go to, and its name in `data.request`. */
export const PROMETHEUS_UID = "prometheus";

export const PLUGIN_ID = "presage-behavior-panel";

/** One request that the plugin made through getBackendSrv(). */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  /** 0 when there was no answer. */
  readonly status: number;
}

export interface BenchmarkResult {
  /** Milliseconds until painted, one a repeat, in the order of the repeats. */
  readonly first: readonly number[];
  readonly update: readonly number[];
}

/** `window.presageHost` of the page. */
export interface HostApi {
  /** Shows a scene; resolves once it is painted. Defaults: {@link DEFAULT_SCENE}. */
  show(scene: Partial<Scene>): Promise<void>;
  /** Changes the shown scene; the panel stays mounted. */
  update(change: Partial<Scene>): Promise<void>;
  /** Everything that a clean page must not have: console errors and warnings, exceptions, CSP violations. */
  problems(): readonly string[];
  requests(): readonly RecordedRequest[];
  /** What the plugin asked Grafana to do: `options`, `fieldConfig`, `timeRange`, `event:<type>`. */
  wishes(): readonly { readonly kind: string; readonly value: unknown }[];
  /** The data frames that the panel got, as plain data. */
  frames(): readonly PlainFrame[];
  /**
   * Renders the frames of the shown scene with a bare `TimeSeries` of @grafana/ui and with the panel,
   * turn by turn: first into an empty place, then with the frames of `update`.
   */
  benchmark(
    update: readonly PlainFrame[],
    repeats: number,
  ): Promise<{ readonly timeSeries: BenchmarkResult; readonly panel: BenchmarkResult }>;
}

const HALF_AN_HOUR_MS = 30 * 60 * 1000;

export const DEFAULT_SCENE: Scene = {
  title: "Presage",
  width: 1200,
  height: 800,
  theme: "dark",
  locale: "en-US",
  timeZone: "utc",
  range: { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 0, 1) + HALF_AN_HOUR_MS },
  live: false,
  state: "Done",
  errors: [],
  queries: [],
  stepSeconds: 15,
  options: {},
  fieldConfig: { defaults: {}, overrides: [] },
  permissions: [],
  role: "Viewer",
  variables: {},
};
