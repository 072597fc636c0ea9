import type { ArgumentShape, Call } from "../../core/index.js";
import { END_TOKEN, START_TOKEN } from "./vocabulary.js";

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
/** Statuses from 200 to 299. */
const SUCCESS_CLASS = 2;

/** Rows of the input kernel for this many tokens. */
export function inputsFor(tokens: number): number {
  return FIRST_OPERATION_ROW + tokens;
}

/**
 * What happened in one step of a session, in one number: argument row, pause class, status class and token,
 * 29 bits. A session is a list of them, and what is to be foretold at each step is the token of the next:
 * so a call takes 8 bytes wherever sessions are kept.
 */
export type CallStep = number;

const STATUS_SHIFT = 2 ** 16;
const PAUSE_SHIFT = STATUS_SHIFT * 2 ** 3;
const ARGUMENT_SHIFT = PAUSE_SHIFT * 2 ** 4;

/** Before the first call of a session. */
export const START_STEP: CallStep = START_TOKEN;
/** After the last call of a session. */
export const END_STEP: CallStep = END_TOKEN;

export function stepOf(
  call: Call,
  token: number,
  secondsSincePrevious: number | undefined,
): CallStep {
  return (
    argumentRow(call.argumentShapes) * ARGUMENT_SHIFT +
    pauseClass(secondsSincePrevious) * PAUSE_SHIFT +
    statusClass(call.status) * STATUS_SHIFT +
    token
  );
}

export function tokenOf(step: CallStep): number {
  return step % STATUS_SHIFT;
}

/** The same with another token: what an operation becomes that lost its number. */
export function withToken(step: CallStep, token: number): CallStep {
  return step - tokenOf(step) + token;
}

/** The same after another pause. */
export function withPause(step: CallStep, secondsSincePrevious: number | undefined): CallStep {
  const old = Math.floor(step / PAUSE_SHIFT) % (ARGUMENT_SHIFT / PAUSE_SHIFT);
  return step + (pauseClass(secondsSincePrevious) - old) * PAUSE_SHIFT;
}

/** An operation of which no call is known, by a call without arguments that went well. */
export function plainStep(token: number): CallStep {
  return SUCCESS_CLASS * STATUS_SHIFT + token;
}

/** Writes the `SLOTS` rows of the input kernel that a step makes present for what comes after it. */
export function writeRows(step: CallStep, rows: Uint16Array, at: number): void {
  rows[at] = Math.floor(step / ARGUMENT_SHIFT);
  rows[at + 1] =
    FIRST_PAUSE_ROW + (Math.floor(step / PAUSE_SHIFT) % (ARGUMENT_SHIFT / PAUSE_SHIFT));
  rows[at + 2] =
    FIRST_STATUS_ROW + (Math.floor(step / STATUS_SHIFT) % (PAUSE_SHIFT / STATUS_SHIFT));
  rows[at + 3] = FIRST_OPERATION_ROW + tokenOf(step);
}

/** Whether a number is a step of a vocabulary of so many tokens. */
export function isStep(value: number, tokens: number): boolean {
  return (
    Number.isInteger(value) &&
    value >= 0 &&
    tokenOf(value) < tokens &&
    Math.floor(value / STATUS_SHIFT) % (PAUSE_SHIFT / STATUS_SHIFT) < STATUS_ROWS &&
    Math.floor(value / PAUSE_SHIFT) % (ARGUMENT_SHIFT / PAUSE_SHIFT) < PAUSE_ROWS &&
    value < ARGUMENT_ROWS * ARGUMENT_SHIFT
  );
}

/** The token among the rows of a step. */
export function tokenIn(rows: Uint16Array, step: number): number {
  return (rows[step * SLOTS + SLOTS - 1] ?? FIRST_OPERATION_ROW) - FIRST_OPERATION_ROW;
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
