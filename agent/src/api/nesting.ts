const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Whether the JSON text in `bytes[start, end)` nests arrays and objects more than `limit` levels deep,
 * found in one pass without recursion and before anything is allocated for it.
 *
 * Works on UTF-8 as it is: the bytes of multi-byte characters are all above 0x7f. On text that is not
 * JSON the answer holds for the longest prefix that is, which is all that a parser would build.
 */
export function nestsDeeperThan(
  limit: number,
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): boolean {
  let depth = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      index++;
      while (index < end && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      if (depth > limit) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
    }
  }
  return false;
}
