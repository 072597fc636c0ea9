import { BASE_FEATURES, FEATURES_PER_EVENT } from "./direct-features.js";

/** Which features of a snapshot go on being which: events come and go with the configuration. */
export interface KeptColumns {
  /** Features of the snapshot. */
  readonly length: number;
  /** The feature of the snapshot that is now feature `column`; undefined for one that is new. */
  of(column: number): number | undefined;
}

/** An event is known again by its name; what is new begins without an effect. */
export function keptColumns(names: readonly string[], savedNames: readonly string[]): KeptColumns {
  return {
    length: BASE_FEATURES + FEATURES_PER_EVENT * savedNames.length,
    of(column) {
      if (column < BASE_FEATURES) return column;
      const event = Math.floor((column - BASE_FEATURES) / FEATURES_PER_EVENT);
      const saved = savedNames.indexOf(names[event] ?? "");
      return saved < 0 ? undefined : column + FEATURES_PER_EVENT * (saved - event);
    },
  };
}
