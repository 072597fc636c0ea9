import type { Json } from "../core/index.js";

/** Objects and lists nested less deep than this are opened: section, workload, segment, model. */
const OPENED_LEVELS = 4;

/** Elements of a flat list that are written at a time. */
const ELEMENTS_PER_PIECE = 256;

/**
 * The JSON text of a value in pieces that join to what `JSON.stringify` gives for it, so that a large
 * value can be written without holding the event loop, or all of its text, for long.
 */
export function* jsonPieces(value: Json, openedLevels = OPENED_LEVELS): Generator<string> {
  if (!isNested(value) || openedLevels === 0) {
    yield JSON.stringify(value);
  } else if (isList(value)) {
    yield* listPieces(value, openedLevels);
  } else {
    yield* objectPieces(value, openedLevels);
  }
}

function* listPieces(list: readonly Json[], openedLevels: number): Generator<string> {
  let before = "[";
  for (let start = 0; start < list.length; start += ELEMENTS_PER_PIECE) {
    const elements = list.slice(start, start + ELEMENTS_PER_PIECE);
    if (elements.some(isNested)) {
      for (const element of elements) {
        yield before;
        yield* jsonPieces(element, openedLevels - 1);
        before = ",";
      }
    } else {
      yield `${before}${JSON.stringify(elements).slice(1, -1)}`;
      before = ",";
    }
  }
  yield before === "[" ? "[]" : "]";
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

type Nested = Exclude<Json, null | boolean | number | string>;

function isNested(value: Json): value is Nested {
  return typeof value === "object" && value !== null;
}

/** `Array.isArray` does not narrow a readonly list. */
function isList(value: Nested): value is readonly Json[] {
  return Array.isArray(value);
}
