import type { FieldError } from "./ingest.js";
import type { CallModelName, Json } from "./model.js";
import type { WorkloadKey } from "./workload.js";

export const BUNDLE_FORMAT_VERSION = 1;

/** The learned models of one segment, to carry from one agent to another. */
export interface ModelBundleContent {
  readonly formatVersion: number;
  readonly workload: WorkloadKey;
  readonly segment: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Identifies the key that hashed the identities inside; another key makes them meaningless. */
  readonly identityKeyId: string;
  readonly models: Readonly<Partial<Record<CallModelName, Json>>>;
}

/** As it travels: the checksum finds damage, the signature finds forgery. */
export interface ModelBundle extends ModelBundleContent {
  /** SHA-256 of the canonical JSON of the content, hex. */
  readonly checksum: string;
  /** HMAC-SHA-256 of the same bytes with the bundle key, hex. */
  readonly signature: string;
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
