/** A segment this long names one thing, not a kind of things. */
const MAX_NAME_CHARACTERS = 64;
/** Shorter hexadecimal words are words (`cafe`, `facade`). */
const MIN_HEXADECIMAL_CHARACTERS = 8;
/** Random tokens of fewer characters can't be told from words; they are found by their number. */
const MIN_TOKEN_CHARACTERS = 16;
/** Places in a token where a letter meets a digit; `sts-69` has one, random base64 has many. */
const MIN_TOKEN_BOUNDARIES = 3;

const DIGITS = /^\d+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEXADECIMAL = /^(?=.*\d)[0-9a-f]+$/i;
const DATE = /^\d{4}-\d{2}(?:-\d{2}(?:T[\d:.Z+-]+)?)?$/;
const TOKEN = /^[A-Za-z0-9_=~-]+$/;
const BOUNDARY = /[A-Za-z]\d|\d[A-Za-z]/;
/** The file extension of a name, if it has one: `8123.json`. */
const EXTENSION = /^(.+)\.[A-Za-z][A-Za-z0-9]{0,4}$/;

/** Whether a segment of a path is an id by its form: a number, UUID, hash, date, token or address. */
export function isIdentifier(segment: string): boolean {
  if (segment.length > MAX_NAME_CHARACTERS) return true;
  if (!mayBeIdentifier(segment)) return false;
  const stem = EXTENSION.exec(segment)?.[1] ?? segment;
  return (
    DIGITS.test(stem) ||
    UUID.test(stem) ||
    DATE.test(stem) ||
    (stem.length >= MIN_HEXADECIMAL_CHARACTERS && HEXADECIMAL.test(stem)) ||
    isToken(stem) ||
    segment.includes("@")
  );
}

/** Every form has a digit or an `@`: a look at the characters spares most segments the patterns. */
function mayBeIdentifier(segment: string): boolean {
  for (let position = 0; position < segment.length; position++) {
    const code = segment.charCodeAt(position);
    if ((code >= 48 && code <= 57) || code === 64) return true;
  }
  return false;
}

/**
 * Random letters and digits. Words joined with dashes have numbers in them too, so with separators
 * it takes both cases; without, the boundaries are enough (ULID, nanoid, base64).
 */
function isToken(text: string): boolean {
  if (text.length < MIN_TOKEN_CHARACTERS || !TOKEN.test(text)) return false;
  const hasSeparator = /[_~-]/.test(text);
  if (hasSeparator && !(/[a-z]/.test(text) && /[A-Z]/.test(text))) return false;
  let boundaries = 0;
  for (let position = 1; position < text.length; position++) {
    if (BOUNDARY.test(text.slice(position - 1, position + 1))) boundaries += 1;
  }
  return boundaries >= MIN_TOKEN_BOUNDARIES;
}
