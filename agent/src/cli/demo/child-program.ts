import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** How long a program may take to end after SIGTERM before it is ended by force. */
const STOP_GRACE_SECONDS = 3;
const MILLISECONDS_PER_SECOND = 1000;
/** The last words of a program that fails: enough for a stack trace. */
const MAXIMUM_KEPT_ERROR_CHARACTERS = 4000;

/** A program that the demo has started, and will end: nothing is left behind. */
export class ChildProgram {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #lastWords = "";

  constructor(
    name: string,
    command: string,
    parameters: readonly string[],
    onLine: (line: string) => void = () => undefined,
  ) {
    this.name = name;
    this.#child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = new Promise((resolve) => {
      this.#child.once("close", () => {
        resolve();
      });
      this.#child.once("error", (error) => {
        this.#lastWords += error.message;
        resolve();
      });
    });
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on("line", onLine);
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-MAXIMUM_KEPT_ERROR_CHARACTERS);
    });
  }

  /** Resolves when the program has ended, however it did. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Why it may have ended, for a message to a person. */
  get lastWords(): string {
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `exit ${String(exitCode)}` : signalCode;
    return `${this.name} ended (${how}). ${this.#lastWords.trim()}`;
  }

  async stop(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    this.#child.kill("SIGTERM");
    const force = setTimeout(
      () => this.#child.kill("SIGKILL"),
      STOP_GRACE_SECONDS * MILLISECONDS_PER_SECOND,
    );
    await this.#ended;
    clearTimeout(force);
  }
}

/**
 * Starts a program and waits for the line on its stdout that `read` makes something of. Rejects with
 * the program's last words when it ends before, or when it takes longer than `timeoutSeconds`.
 */
export async function startAndWait<T>(
  name: string,
  command: string,
  parameters: readonly string[],
  read: (line: string) => T | undefined,
  timeoutSeconds: number,
): Promise<{ readonly program: ChildProgram; readonly value: T }> {
  let found: (value: T) => void = () => undefined;
  const value = new Promise<T>((resolve) => (found = resolve));
  const program = new ChildProgram(name, command, parameters, (line) => {
    const read_ = read(line);
    if (read_ !== undefined) found(read_);
  });
  const timeout = AbortSignal.timeout(timeoutSeconds * MILLISECONDS_PER_SECOND);
  const outcome = await Promise.race([
    value.then((got) => ({ got })),
    program.ended.then(() => undefined),
    once(timeout, "abort").then(() => undefined),
  ]);
  if (outcome === undefined) {
    await program.stop();
    throw new Error(`${name} did not start. ${program.lastWords}`);
  }
  return { program, value: outcome.got };
}
