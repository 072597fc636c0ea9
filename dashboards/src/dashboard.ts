import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type {
  AnnotationQuery,
  GridPos,
  Panel,
  RowPanel,
  VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";

/** Grafana's grid: 24 columns; a row's heading is one unit high. */
const GRID_COLUMNS = 24;
const HEADING_HEIGHT = 1;

/** By it each dashboard lists the others. */
const TAG = "presage";

interface PlaceablePanel extends Builder<Panel> {
  gridPos(gridPos: GridPos): this;
}

export interface Row {
  /** Panel id and text of a heading above it; without one it follows the row before. */
  readonly heading?: { readonly id: number; readonly title: string };
  /** In units of Grafana's grid. */
  readonly height: number;
  /** From left to right, with their widths in columns. */
  readonly panels: readonly (readonly [columns: number, panel: PlaceablePanel])[];
}

interface DashboardParts {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly annotations: readonly Builder<AnnotationQuery>[];
  readonly rows: readonly Row[];
}

export interface BuiltDashboard {
  readonly uid: string;
  /** In Grafana's classic form, but for what JSON leaves out. */
  readonly content: object;
}

/** A dashboard of ours. Throws a RangeError when a row is wider than the grid. */
export function dashboard(parts: DashboardParts): BuiltDashboard {
  // The newer form is no file that Grafana 12.3 provisions; it reads the classic one, and so do later ones.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const builder = new DashboardBuilder(parts.title)
    .uid(parts.uid)
    .description(parts.description)
    .tags([TAG])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh("30s")
    .time({ from: "now-1h", to: "now" })
    .variables([...parts.variables])
    .annotations([...parts.annotations])
    .link(
      new DashboardLinkBuilder("Presage")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .tooltip("The other dashboards of Presage")
        .includeVars(true)
        .keepTime(true),
    );
  place(builder, parts.rows);
  return { uid: parts.uid, content: builder.build() };
}

interface Placed {
  withRow(row: Builder<RowPanel>): unknown;
  withPanel(panel: Builder<Panel>): unknown;
}

function place(builder: Placed, rows: readonly Row[]): void {
  let y = 0;
  for (const { heading, height, panels } of rows) {
    if (heading !== undefined) {
      const gridPos = { x: 0, y, w: GRID_COLUMNS, h: HEADING_HEIGHT };
      builder.withRow(new RowBuilder(heading.title).id(heading.id).gridPos(gridPos));
      y += HEADING_HEIGHT;
    }
    let x = 0;
    for (const [w, panel] of panels) {
      builder.withPanel(panel.gridPos({ x, y, w, h: height }));
      x += w;
    }
    if (x > GRID_COLUMNS) throw new RangeError(`a row of ${x} columns: ${GRID_COLUMNS} fit`);
    y += height;
  }
}
