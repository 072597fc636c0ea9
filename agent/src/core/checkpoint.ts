import type { Json } from "./model.js";

/** What a part of the agent keeps across restarts. */
export interface Persistent {
  snapshot(): Json;
  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(snapshot: Json): void;
}

/** What was found at start. `set_aside`: there was one that can't be used, and where it is now. */
export type CheckpointLoad =
  | {
      readonly status: "loaded";
      readonly sections: Readonly<Record<string, Json>>;
      /** It is the one before the last: the last one is missing or could not be used. */
      readonly isPrevious: boolean;
    }
  | { readonly status: "absent" }
  | { readonly status: "set_aside"; readonly reason: string; readonly movedTo: string };

export interface CheckpointStore {
  load(): Promise<CheckpointLoad>;
  /** Atomic: after a crash at any moment, `load` finds this one or the one before. */
  save(sections: Readonly<Record<string, Json>>): Promise<void>;
}
