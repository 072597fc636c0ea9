import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

const MILLISECONDS_PER_SECOND = 1000;
/** A program that does not end on SIGTERM is a failure of its own; it must not stop the tests. */
const STOP_SECONDS = 30;
/** Lines of output that are kept for messages. */
const KEPT_LINES = 400;
const BYTES_PER_KIBIBYTE = 1024;
/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A real program, started by a test and ended by it, by its process id. */
export class RunningProgram {
  readonly name: string;
  readonly pid: number;
  /** Its last lines, both streams. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #onLine: ((line: string) => void) | undefined;

  constructor(name: string, command: string, parameters: readonly string[]) {
    this.name = name;
    this.#child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = new Promise((resolve) => {
      this.#child.once("close", () => {
        resolve();
      });
      this.#child.once("error", (error) => {
        this.#note(error.message);
        resolve();
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on("line", (line) => {
        this.#note(line);
      });
    }
    if (this.#child.pid === undefined) throw new Error(`${name} could not be started`);
    this.pid = this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Waits for a line that `read` makes something of. Rejects when the program ends or time is up. */
  async waitForLine<T>(read: (line: string) => T | undefined, timeoutSeconds: number): Promise<T> {
    for (const line of this.lines) {
      const found = read(line);
      if (found !== undefined) return found;
    }
    let timer: NodeJS.Timeout | undefined;
    const found = new Promise<T | undefined>((resolve) => {
      this.#onLine = (line) => {
        const value = read(line);
        if (value !== undefined) resolve(value);
      };
      timer = setTimeout(() => {
        resolve(undefined);
      }, timeoutSeconds * MILLISECONDS_PER_SECOND);
    });
    const value = await Promise.race([found, this.#ended.then(() => undefined)]);
    clearTimeout(timer);
    this.#onLine = undefined;
    if (value === undefined) {
      throw new Error(`${this.name} did not get ready:\n${this.lines.slice(-20).join("\n")}`);
    }
    return value;
  }

  /** SIGTERM, and by force when that does not help. Answers the exit code, null when it was killed. */
  async stop(): Promise<number | null> {
    if (!this.isRunning) return this.exitCode;
    this.#child.kill("SIGTERM");
    const force = setTimeout(() => {
      this.#child.kill("SIGKILL");
    }, STOP_SECONDS * MILLISECONDS_PER_SECOND);
    await this.#ended;
    clearTimeout(force);
    return this.exitCode;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Resident memory at most so far, bytes; undefined where there is no `/proc`. */
  async peakMemoryBytes(): Promise<number | undefined> {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(await this.#procFile("status"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * BYTES_PER_KIBIBYTE;
  }

  /** CPU time of all its threads so far, seconds; undefined where there is no `/proc`. */
  async cpuSeconds(): Promise<number | undefined> {
    const stat = await this.#procFile("stat");
    // The name in parentheses may hold anything; utime and stime are the 12th and 13th after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [user, system] = [Number(fields[11]), Number(fields[12])];
    const seconds = (user + system) / TICKS_PER_SECOND;
    return Number.isNaN(seconds) ? undefined : seconds;
  }

  async #procFile(name: string): Promise<string> {
    try {
      return await readFile(`/proc/${this.pid}/${name}`, "utf8");
    } catch {
      return "";
    }
  }

  #note(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    this.#onLine?.(line);
  }
}
