import { readFileSync } from "node:fs";
import { join } from "node:path";

import { agentDashboard } from "./agent.js";
import { alertRules } from "./alerting.js";
import type { BuiltDashboard } from "./dashboard.js";
import { fleetDashboard } from "./fleet.js";
import { qualityDashboard } from "./quality.js";
import { workloadDashboard } from "./workload.js";

const DASHBOARDS: readonly (() => BuiltDashboard)[] = [
  fleetDashboard,
  workloadDashboard,
  qualityDashboard,
  agentDashboard,
];

/**
 * All files that are generated, by their paths under `root`, the folder `dashboards`. Reads Prometheus'
 * rules there.
 */
export function generatedFiles(root: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const build of DASHBOARDS) {
    const { uid, content } = build();
    files.set(`grafana/dashboards/${uid}.json`, dashboardText(content));
  }
  const rules = readFileSync(join(root, "prometheus", "rules", "presage.yml"), "utf8");
  files.set(
    "grafana/provisioning/alerting/rules.yaml",
    `# Written by \`npm run write\` in dashboards/ from prometheus/rules/presage.yml: change it there.\n${alertRules(rules)}`,
  );
  return files;
}

/** Where the builders would put toggles and links: out of sight, in a menu. */
const HIDING_PLACE = "placement";

function dashboardText(dashboard: object): string {
  const shown = (key: string, value: unknown): unknown =>
    key === HIDING_PLACE && value === "inControlsMenu" ? undefined : value;
  return `${JSON.stringify(dashboard, shown, 2)}\n`;
}
