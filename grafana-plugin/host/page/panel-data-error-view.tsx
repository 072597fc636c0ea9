import type { PanelDataErrorViewProps } from "@grafana/runtime";

/** Like Grafana's own: a message in the middle of the panel. Its text is text. */
export function PanelDataErrorView({ message, data }: PanelDataErrorViewProps) {
  const words =
    message ?? (data.series.length === 0 ? "No data" : "Data does not have the fields it needs");
  return (
    <div
      data-testid="panel-data-error-view"
      style={{
        display: "flex",
        alignItems: "center",
        justifyContent: "center",
        width: "100%",
        height: "100%",
        textAlign: "center",
      }}
    >
      {words}
    </div>
  );
}
