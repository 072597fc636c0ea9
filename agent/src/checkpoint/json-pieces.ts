import type { Json } from "../core/index.js";

/** Objects nested less deep than this are opened: section, workload, segment, model. */
const OPENED_LEVELS = 4;

/** Elements of a list that are written at a time. */
const ELEMENTS_PER_PIECE = 256;

/**
 * The JSON text of a value in pieces that join to what `JSON.stringify` gives for it, so that a large
 * value can be written without holding the event loop, or all of its text, for long.
 */
export function* jsonPieces(value: Json, openedLevels = OPENED_LEVELS): Generator<string> {
  if (typeof value !== "object" || value === null || openedLevels === 0) {
    yield JSON.stringify(value);
  } else if (isList(value)) {
    yield* listPieces(value);
  } else {
    yield* objectPieces(value, openedLevels);
  }
}

function* listPieces(list: readonly Json[]): Generator<string> {
  for (let start = 0; start < list.length; start += ELEMENTS_PER_PIECE) {
    const elements = JSON.stringify(list.slice(start, start + ELEMENTS_PER_PIECE)).slice(1, -1);
    yield `${start === 0 ? "[" : ","}${elements}`;
  }
  yield list.length === 0 ? "[]" : "]";
}

function* objectPieces(
  object: Readonly<Record<string, Json>>,
  openedLevels: number,
): Generator<string> {
  let before = "{";
  for (const [key, child] of Object.entries(object)) {
    yield `${before}${JSON.stringify(key)}:`;
    yield* jsonPieces(child, openedLevels - 1);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

/** `Array.isArray` does not narrow a readonly list. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
