import type { EvaluationTask } from "./task.js";

/** All tasks by name, each loaded when it is asked for: some bring heavy packages. */
export const TASKS: Readonly<Record<string, () => Promise<EvaluationTask>>> = {
  anomaly: async () => (await import("./anomaly/task.js")).anomalyTask,
  changepoint: async () => (await import("./changepoint/task.js")).changepointTask,
  drift: async () => (await import("./drift/task.js")).driftTask,
  forecast: async () => (await import("./forecast/task.js")).forecastTask,
  m4: async () => (await import("./m4/task.js")).m4Task,
  "next-operation": async () => (await import("./next-operation/task.js")).nextOperationTask,
  outliers: async () => (await import("./outliers/task.js")).outliersTask,
  payload: async () => (await import("./payload/task.js")).payloadTask,
  sequence: async () => (await import("./sequence/task.js")).sequenceTask,
};
