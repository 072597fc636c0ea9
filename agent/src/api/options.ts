import type { z } from "zod";

import type {
  Decision,
  Resources,
  WorkloadKey,
  WorkloadReference,
  WorkloadView,
} from "../core/index.js";
import type { AlertLog } from "./alert-log.js";
import type { BodyLimits } from "./body.js";
import type { ErrorReporter, FieldError } from "./problem.js";

/** What became of a batch of calls. `full`: nothing was taken, the same batch may be sent again. */
type IngestOutcome =
  | {
      readonly status: "taken";
      readonly accepted: number;
      readonly duplicate: number;
      readonly late: number;
      readonly rejected: readonly RejectedCall[];
    }
  | { readonly status: "full"; readonly retryAfterSeconds: number };

export interface RejectedCall {
  /** Place in the batch, from 0. */
  readonly index: number;
  readonly field: string;
  readonly reason: string;
}

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

/** What became of a model bundle. */
export type ModelOutcome =
  | { readonly status: "accepted"; readonly detail: string }
  | {
      readonly status: "rejected";
      /** 400: it can't be read or is not genuine. 409: it is, but it is not taken over. */
      readonly httpStatus: 400 | 409;
      /** From the closed list of the part that refused. */
      readonly reason: string;
      readonly detail: string;
      readonly errors?: readonly FieldError[];
    };

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
  readonly ingest: (records: readonly unknown[]) => IngestOutcome;
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
