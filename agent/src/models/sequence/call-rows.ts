import type { ArgumentShape, Call } from "../../core/index.js";
import { START_TOKEN } from "./vocabulary.js";

/** Rows of the input kernel that are present at a step: arguments, pause, status, operation. */
export const SLOTS = 4;

/** Row 0 of each block says that nothing is known. */
const ARGUMENT_ROWS = 33;
const PAUSE_ROWS = 10;
const STATUS_ROWS = 6;
const FIRST_PAUSE_ROW = ARGUMENT_ROWS;
const FIRST_STATUS_ROW = FIRST_PAUSE_ROW + PAUSE_ROWS;
/** Operations come last, so that new ones are added at the end of the kernel. */
const FIRST_OPERATION_ROW = FIRST_STATUS_ROW + STATUS_ROWS;

/** FNV-1a, 32 bits (Fowler, Noll and Vo): a fast hash; nothing secret depends on it. */
const HASH_OFFSET = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const STATUS_CLASS = 100;

/** Rows of the input kernel for this many tokens. */
export function inputsFor(tokens: number): number {
  return FIRST_OPERATION_ROW + tokens;
}

/** What is present before the first call of a session. */
export const START_ROWS: readonly number[] = [
  0,
  FIRST_PAUSE_ROW,
  FIRST_STATUS_ROW,
  FIRST_OPERATION_ROW + START_TOKEN,
];

/** The rows that a call makes present for what comes after it. */
export function rowsOf(
  call: Call,
  token: number,
  secondsSincePrevious: number | undefined,
): number[] {
  return [
    argumentRow(call.argumentShapes),
    FIRST_PAUSE_ROW + pauseClass(secondsSincePrevious),
    FIRST_STATUS_ROW + statusClass(call.status),
    FIRST_OPERATION_ROW + token,
  ];
}

/** The same rows with another token: what an operation becomes that lost its number. */
export function tokenIn(rows: readonly number[] | Uint16Array, step: number): number {
  return (rows[step * SLOTS + SLOTS - 1] ?? FIRST_OPERATION_ROW) - FIRST_OPERATION_ROW;
}

export function withToken(rows: number[], step: number, token: number): void {
  rows[step * SLOTS + SLOTS - 1] = FIRST_OPERATION_ROW + token;
}

/** Names and types of the arguments, whatever their order, hashed to one of 32 rows. */
function argumentRow(shapes: readonly ArgumentShape[]): number {
  if (shapes.length === 0) return 0;
  let sum = 0;
  for (const { name, type } of shapes) sum = (sum + hashOf(name, type)) >>> 0;
  // The low bits of a sum are its weakest.
  return 1 + (((sum ^ (sum >>> 16)) >>> 0) % (ARGUMENT_ROWS - 1));
}

function hashOf(name: string, type: string): number {
  let hash = HASH_OFFSET;
  for (const text of [name, "\0", type]) {
    for (let i = 0; i < text.length; i += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(i), HASH_PRIME) >>> 0;
    }
  }
  return hash;
}

/** 0 is no pause known; then under 1 s, 3 s, 7 s and so on: each about twice as long, the last open. */
function pauseClass(seconds: number | undefined): number {
  if (seconds === undefined || !(seconds >= 0)) return 0;
  return Math.min(PAUSE_ROWS - 1, 1 + Math.floor(Math.log2(1 + seconds)));
}

function statusClass(status: number): number {
  const digit = Math.floor(status / STATUS_CLASS);
  return digit >= 1 && digit < STATUS_ROWS ? digit : 0;
}
