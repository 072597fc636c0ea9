import { expect, it } from "vitest";

import { negotiate } from "./negotiation.js";

it.each([
  ["nothing", undefined, "prometheus"],
  ["anything", "*/*", "prometheus"],
  ["a browser", "text/html,application/xhtml+xml,*/*;q=0.8", "prometheus"],
  [
    "Prometheus 2.42",
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "openmetrics",
  ],
  [
    "Prometheus 3, which adds escaping and protobuf",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
      "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,*/*;q=0.1",
    "openmetrics",
  ],
  [
    "OpenMetrics preferred less",
    "application/openmetrics-text;q=0.1, text/plain;q=0.9",
    "prometheus",
  ],
  ["OpenMetrics refused", "application/openmetrics-text;q=0", "prometheus"],
  ["an old draft only", "application/openmetrics-text;version=0.0.1", "prometheus"],
  ["a quality that is none", "application/openmetrics-text;q=much", "prometheus"],
])("%s", (_name, accept, format) => {
  expect(negotiate(accept)).toBe(format);
});
