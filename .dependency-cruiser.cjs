const { resolve } = require("node:path");

/** The walls of the house: see ARCHITECTURE.md. */
const room = (name) => `^agent/src/${name}/`;
const thinking = ["behavior", "models", "assessment", "allocation", "explanation", "feedback"];
const edges = [
  "ingestion",
  "api",
  "exporters",
  "actuators",
  "checkpoint",
  "telemetry",
  "config",
  "calendar",
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "core-imports-nothing",
      severity: "error",
      from: { path: room("core"), pathNot: "\\.test\\.ts$" },
      to: { pathNot: room("core") },
    },
    ...thinking.map((name) => ({
      name: `${name}-imports-only-core`,
      comment: "Thinking is pure: no express, no prom-client, no file system, no network.",
      severity: "error",
      from: { path: room(name), pathNot: "\\.test\\.ts$" },
      to: {
        pathNot: [
          room("core"),
          room(name),
          ...(name === "models" ? ["node_modules/(@bsull/augurs[^/]*|@tensorflow)/"] : []),
        ],
      },
    })),
    ...edges.map((name) => ({
      name: `${name}-knows-core-only`,
      comment: "Edges do not know each other nor the thinking rooms; agent.ts joins them.",
      severity: "error",
      from: { path: room(name), pathNot: "\\.test\\.ts$" },
      to: { path: "^agent/src/", pathNot: [room("core"), room(name)] },
    })),
    {
      name: "pipeline-does-not-know-what-runs-it",
      severity: "error",
      from: { path: ["^agent/src/pipeline\\.ts$", room("pipeline")] },
      to: { path: room("runtime") },
    },
    {
      name: "machine-learning-only-under-models",
      severity: "error",
      from: { path: "^agent/src/", pathNot: room("models") },
      to: { path: "node_modules/(@bsull/augurs[^/]*|@tensorflow)/" },
    },
    {
      name: "danfo-only-offline",
      comment: "It takes a second and much memory to load: the agent's process never does.",
      severity: "error",
      from: { path: "^agent/src/", pathNot: ["^agent/src/evaluation/", "^agent/src/backtest/"] },
      to: { path: "node_modules/danfojs-node/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: resolve(__dirname, "agent/tsconfig.json") },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
    },
  },
};
