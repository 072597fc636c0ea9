/** One field of a request that can't be taken, and why. `field` is a dotted path; empty is the whole. */
export interface FieldError {
  readonly field: string;
  /** A sentence. */
  readonly reason: string;
}

/** A call that was not taken. */
export interface RejectedCall extends FieldError {
  /** The place in the batch, from 0. */
  readonly index: number;
}

/** What became of a batch of calls. `full`: nothing was taken, the same batch may be sent again. */
export type IngestResult =
  | {
      readonly status: "taken";
      readonly accepted: number;
      readonly duplicate: number;
      readonly late: number;
      readonly rejected: readonly RejectedCall[];
    }
  | { readonly status: "full"; readonly retryAfterSeconds: number };
