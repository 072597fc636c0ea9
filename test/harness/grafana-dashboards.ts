import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "./built-agent.js";

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource?: { readonly type?: string; readonly uid?: string };
}

export interface Panel {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly datasource?: { readonly uid?: string };
  readonly targets?: readonly Target[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
}

export interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
}

export const DASHBOARDS_ROOT = join(PROJECT_ROOT, "dashboards");
const FOLDER = join(DASHBOARDS_ROOT, "grafana", "dashboards");

/** The committed dashboards, each with its file's path under `dashboards`. */
export function committedDashboards(): readonly {
  path: string;
  text: string;
  dashboard: Dashboard;
}[] {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => {
      const text = readFileSync(join(FOLDER, name), "utf8");
      // Grafana's classic form; the tests fail where a field does not have it.
      return { path: `grafana/dashboards/${name}`, text, dashboard: JSON.parse(text) as Dashboard };
    });
}

/** Panels with something to show: not the headings of rows. */
export function panelsOf(dashboard: Dashboard): readonly Panel[] {
  return dashboard.panels.filter(({ type }) => type !== "row");
}
