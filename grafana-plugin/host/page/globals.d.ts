import type { HostApi } from "../src/scene.js";

declare global {
  /** The version of @grafana/data that the page is bundled with. */
  const GRAFANA_VERSION: string;

  interface Window {
    presageHost: HostApi;
    /** Where Grafana's own files are; its packages read it when they are loaded. */
    __grafana_public_path__: string;
    grafanaBootData: unknown;
  }
}
