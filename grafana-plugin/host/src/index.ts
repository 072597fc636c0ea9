export { bundlePage } from "./bundle-page.js";
export { forwardTo, jsonAnswer, type DataSource, type DataSourceRequest } from "./data-source.js";
export { startHostServer, type HostServer, type HostServerOptions } from "./host-server.js";
export { missingFor, PAGE_SETS, PLUGIN_DIRECTORY, type PageSet } from "./page-sets.js";
export { alignedRange, framesOf, type PrometheusAnswer } from "./prometheus-frames.js";
export {
  DEFAULT_SCENE,
  PLUGIN_ID,
  PROMETHEUS_UID,
  type BenchmarkResult,
  type FastClock,
  type HostApi,
  type PanelQuery,
  type PlainField,
  type PlainFrame,
  type RecordedRequest,
  type Scene,
} from "./scene.js";
