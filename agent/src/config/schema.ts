import { z } from "zod";
import { choiceForNow, section, text, wholeNumber } from "./fields.js";
import { forecastSection } from "./forecast-section.js";
import {
  allocationSection,
  apiSection,
  behaviorSection,
  bundlesSection,
  checkpointSection,
  driftSection,
  identitySection,
  ingestionSection,
  metricsSection,
  scrapeTarget,
  trainingSection,
} from "./sections.js";

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
/** Each target has a timer and a connection of its own. */
const MAX_SCRAPE_TARGETS = 100;

/**
 * The one schema: defaults, limits, environment variables and the reference come from it. What needs
 * several values at once is in `cross-checks.ts`.
 */
export const configSchema = section("The configuration of a Presage agent.", {
  role: choiceForNow("What the agent does. `sidecar` and `aggregator` come with a later version.", [
    "both",
    "sidecar",
    "aggregator",
  ]),
  mode: choiceForNow(
    "What it does with its recommendations: `shadow` publishes and never acts. `advise` and `act` " +
      "come with a later version.",
    ["shadow", "advise", "act"],
  ),
  dataDirectory: text("Where checkpoints and generated keys are kept.").default("./presage-data"),
  windowSeconds: wholeNumber("Length of a window, in event time.", 10, {
    minimum: 1,
    maximum: 300,
  }),
  api: apiSection.prefault({}),
  metrics: metricsSection.prefault({}),
  identity: identitySection.prefault({}),
  bundles: bundlesSection.prefault({}),
  ingestion: ingestionSection.prefault({}),
  scrape: z
    .array(scrapeTarget)
    .max(MAX_SCRAPE_TARGETS)
    .default([])
    .describe("Services whose own `/metrics` are read for CPU, memory, network and calls."),
  behavior: behaviorSection.prefault({}),
  forecast: forecastSection.prefault({}),
  drift: driftSection.prefault({}),
  allocation: allocationSection.prefault({}),
  training: trainingSection.prefault({}),
  checkpoint: checkpointSection.prefault({}),
  telemetry: section("What the agent says about itself.", {
    logLevel: z.enum(LOG_LEVELS).default("info").describe("Least level of the log, on stderr."),
  }).prefault({}),
});

/** A complete configuration: every key is there, every value is within its limits. */
export type Config = z.output<typeof configSchema>;

/** A configuration as written: keys that have a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;
