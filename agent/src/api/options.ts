import type { z } from "zod";

import type {
  Decision,
  IngestResult,
  ModelOutcome,
  Resources,
  WorkloadKey,
  WorkloadReference,
  WorkloadView,
} from "../core/index.js";
import type { AlertLog } from "./alert-log.js";
import type { BodyLimits } from "./body.js";
import type { ErrorReporter } from "./problem.js";

interface AllocationRequest {
  readonly workload: WorkloadReference;
  readonly currentResources: Resources;
  /** How far ahead to look; undefined leaves it to the allocator. */
  readonly horizonSeconds: number | undefined;
}

/** How many replicas it would have been without one cause. */
export interface Counterfactual {
  readonly cause: string;
  readonly replicas: number;
}

/** Explanations go out as they are. */
interface ExplanationSource {
  /** Undefined when there is none. */
  byId(decisionId: string): unknown;
  /** Newest first, at most `limit`. */
  byWorkload(workload: WorkloadKey, limit: number): readonly unknown[];
}

export interface ModelRestoreRequest {
  readonly workload: WorkloadKey;
  readonly segment: string;
}

interface Readiness {
  readonly ready: boolean;
  /** Why not yet; empty when ready. */
  readonly reasons: readonly string[];
}

/** An exposition with the content type that was negotiated for it. */
interface MetricsText {
  readonly contentType: string;
  readonly body: string;
}

interface ApiLimits extends BodyLimits {
  readonly maxCallsPerRequest: number;
}

/** What the small listener serves: to probes and to Prometheus, without a token. */
export interface MetricsAppOptions {
  readonly ready: () => Readiness;
  /** `accept` is the header of the request. */
  readonly metricsText: (accept: string | undefined) => Promise<MetricsText>;
  readonly reportError: ErrorReporter;
}

/** Everything the API needs from the rest of the agent, joined in the composition root. */
export interface ApiOptions extends MetricsAppOptions {
  /** Takes records as they came; checks each. `undefined` is a record that could not be read. */
  readonly ingest: (records: readonly unknown[]) => IngestResult;
  /** One call on the wire, for the OpenAPI document only. */
  readonly callSchema: z.ZodType;
  /** Undefined when the workload has not been observed. */
  readonly decide: (request: AllocationRequest) => Decision | undefined;
  readonly counterfactuals: (decision: Decision) => readonly Counterfactual[];
  readonly explanations: ExplanationSource;
  /** Gets the bundle as it came: any JSON. Has to check its form, unknown fields by name. */
  readonly updateModel: (bundle: unknown) => Promise<ModelOutcome>;
  readonly restoreModel: (request: ModelRestoreRequest) => Promise<ModelOutcome>;
  readonly alertLog: AlertLog;
  readonly view: WorkloadView;
  /** Undefined asks for none: only for a listener on loopback or with mutual TLS. */
  readonly token: string | undefined;
  readonly limits: ApiLimits;
  /** Of the agent, for the OpenAPI document. */
  readonly version: string;
}
