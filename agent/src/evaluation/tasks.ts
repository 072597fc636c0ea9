import type { EvaluationTask } from "./task.js";

/** All tasks by name, each loaded when it is asked for: some bring heavy packages. */
export const TASKS: Readonly<Record<string, () => Promise<EvaluationTask>>> = {
  anomaly: async () => (await import("./anomaly/task.js")).anomalyTask,
  changepoint: async () => (await import("./changepoint/task.js")).changepointTask,
  outliers: async () => (await import("./outliers/task.js")).outliersTask,
};
