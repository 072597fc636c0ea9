/** The panel inside of what Grafana puts around it. */
import {
  EventBusSrv,
  type FieldConfigSource,
  LoadingState,
  type PanelData,
  type PanelPlugin,
} from "@grafana/data";
import { PanelChrome, PanelContextProvider, useTheme2 } from "@grafana/ui";
import { Component, Suspense, useMemo, type ReactNode } from "react";
import type { Scene } from "../src/scene.js";
import { recordProblem } from "./problems.js";

export interface PanelFrameProps {
  readonly plugin: PanelPlugin;
  readonly scene: Scene;
  readonly data: PanelData;
  readonly options: Record<string, unknown>;
  readonly fieldConfig: FieldConfigSource;
  readonly renderCounter: number;
  readonly replaceVariables: (text: string) => string;
  /** What the plugin asks Grafana to do. */
  readonly onWish: (kind: string, value: unknown) => void;
}

const PANEL_ID = 1;

export function PanelFrame({ plugin, scene, data, ...rest }: PanelFrameProps) {
  const { onWish, renderCounter, options, fieldConfig, replaceVariables } = rest;
  const theme = useTheme2();
  const eventBus = useMemo(() => new EventBusSrv(), []);
  const Panel = plugin.panel;
  if (Panel === null) return null;
  const loading = data.state === LoadingState.Loading || data.state === LoadingState.Streaming;
  const message = data.errors?.map((error) => error.message ?? "").join("; ");
  return (
    <PanelContextProvider value={{ eventsScope: "panel", eventBus }}>
      <PanelChrome
        title={scene.title}
        width={scene.width}
        height={scene.height}
        padding={plugin.noPadding ? "none" : "md"}
        {...(loading && { loadingState: data.state })}
        {...(message && { statusMessage: message })}
      >
        {(width, height) => (
          <PanelErrorBoundary color={theme.colors.error.text}>
            <Suspense fallback={null}>
              <Panel
                id={PANEL_ID}
                title={scene.title}
                transparent={false}
                data={data}
                timeRange={data.timeRange}
                timeZone={scene.timeZone}
                options={options}
                fieldConfig={fieldConfig}
                width={width}
                height={height}
                renderCounter={renderCounter}
                eventBus={eventBus}
                replaceVariables={replaceVariables}
                onOptionsChange={(value) => {
                  onWish("options", value);
                }}
                onFieldConfigChange={(value) => {
                  onWish("fieldConfig", value);
                }}
                onChangeTimeRange={(value) => {
                  onWish("timeRange", value);
                }}
              />
            </Suspense>
          </PanelErrorBoundary>
        )}
      </PanelChrome>
    </PanelContextProvider>
  );
}

/** A panel that throws leaves a message behind, as in Grafana, and a problem for whoever looks. */
class PanelErrorBoundary extends Component<
  { readonly children: ReactNode; readonly color: string },
  { readonly error: Error | undefined }
> {
  override state: { readonly error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error): void {
    recordProblem(`the panel threw: ${error.stack ?? error.message}`);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div role="alert" style={{ color: this.props.color }}>
        An unexpected error happened: {error.message}
      </div>
    );
  }
}
