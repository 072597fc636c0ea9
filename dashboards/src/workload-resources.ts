import type { Row } from "./dashboard.js";
import { ACTIVE, dashedSeries, stackedBars, stateTimeline, timeseries } from "./panels.js";
import type { PanelWords } from "./panels.js";
import { ofWorkload, perWorkload, range } from "./queries.js";
import { UNITS } from "./units.js";

/** What a replica has, or how many there are, beside what is recommended. */
function resource(
  words: PanelWords,
  current: string,
  recommended: string,
): ReturnType<typeof timeseries> {
  return timeseries(words, [
    range("current", perWorkload(ofWorkload(current)), "now"),
    range("recommended", perWorkload(ofWorkload(recommended), "bound"), "recommended, {{bound}}"),
  ])
    .min(0)
    .overrideByRegexp("recommended, (lower|upper)", dashedSeries());
}

const resources = [
  resource(
    {
      id: 20,
      title: "Replicas",
      description: "Current replicas beside the recommended ones, with target and bounds.",
      unit: UNITS.count,
    },
    "presage_current_replicas",
    "presage_recommended_replicas",
  ),
  resource(
    {
      id: 21,
      title: "CPU of each replica",
      description: "CPU cores that each replica has, beside the recommended ones.",
      unit: UNITS.cores,
    },
    "presage_current_cpu_cores",
    "presage_recommended_cpu_cores",
  ),
  resource(
    {
      id: 22,
      title: "Memory of each replica",
      description: "Memory that each replica has, beside the recommended one.",
      unit: UNITS.bytes,
    },
    "presage_current_memory_bytes",
    "presage_recommended_memory_bytes",
  ),
  resource(
    {
      id: 23,
      title: "Network of each replica",
      description: "Network that each replica has, beside the recommended one.",
      unit: UNITS.bytesPerSecond,
    },
    "presage_current_network_bytes_per_second",
    "presage_recommended_network_bytes_per_second",
  ),
] as const;

const contributions = stackedBars(
  {
    id: 30,
    title: "Why: replicas that each cause adds or takes",
    description:
      "The parts of each recommendation. Those above 0 add replicas, those below 0 take them; together " +
      "they are recommended less current replicas.",
    unit: UNITS.count,
  },
  [
    range(
      "contribution",
      perWorkload(ofWorkload("presage_recommendation_contribution_replicas"), "cause"),
      "{{cause}}",
    ),
  ],
);

/** A line for each state that holds: its name says it all. */
function holding(
  words: PanelWords,
  metric: string,
  label: string,
): ReturnType<typeof stateTimeline> {
  return stateTimeline(
    words,
    [range(label, `${perWorkload(ofWorkload(metric), label)} == 1`, `{{${label}}}`)],
    [[null, "blue"]],
  ).mappings(ACTIVE);
}

const decisions = [
  holding(
    {
      id: 31,
      title: "Branch of the decision",
      description:
        "Which way each decision went: by drift, by the shape of the load, by an event, kept, or reactive.",
      unit: UNITS.count,
    },
    "presage_decision_branch",
    "branch",
  ),
  holding(
    {
      id: 32,
      title: "What held the recommendation back",
      description: "Guards that limited the recommendation, while they did.",
      unit: UNITS.count,
    },
    "presage_guard_active",
    "guard",
  ),
] as const;

const counterfactuals = timeseries(
  {
    id: 33,
    title: "Replicas without one cause",
    description:
      "How many replicas would have been recommended had one cause not been there. Not known until the " +
      "agent tells it.",
    unit: UNITS.count,
  },
  [
    range(
      "counterfactual",
      perWorkload(ofWorkload("presage_counterfactual_replicas"), "cause"),
      "without {{cause}}",
    ),
  ],
).min(0);

const [replicas, cpu, memory, network] = resources;
const [branch, guards] = decisions;

/** What a workload has, what is recommended, and why. */
export const RESOURCE_ROWS: readonly Row[] = [
  {
    heading: { id: 101, title: "Resources" },
    height: 8,
    panels: [
      [12, replicas],
      [12, cpu],
    ],
  },
  {
    height: 8,
    panels: [
      [12, memory],
      [12, network],
    ],
  },
  {
    heading: { id: 102, title: "Why" },
    height: 9,
    panels: [
      [12, contributions],
      [12, counterfactuals],
    ],
  },
  {
    height: 7,
    panels: [
      [12, branch],
      [12, guards],
    ],
  },
];
