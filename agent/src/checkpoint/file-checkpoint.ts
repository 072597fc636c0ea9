import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { CheckpointLoad, CheckpointStore, Clock, Json } from "../core/index.js";
import { readCheckpoint, writeCheckpoint } from "./checkpoint-format.js";
import { isMissing, renameIfPresent, writeDurably } from "./durable-file.js";

type Sections = Readonly<Record<string, Json>>;

export const CHECKPOINT_FILE_NAME = "presage.checkpoint";
const PREVIOUS_SUFFIX = ".previous";
const SET_ASIDE_SUFFIX = ".set-aside-";

/** Files set aside that are kept for a look; older ones are deleted, so that the disk does not fill. */
const MAX_SET_ASIDE = 5;

/** Only the agent's own user may look into the data directory. */
const OWNER_ONLY_DIRECTORY = 0o700;

const MILLISECONDS_PER_SECOND = 1000;

export interface FileCheckpointOptions {
  /** The data directory; made when it is not there. One agent at a time may use it. */
  readonly directory: string;
  readonly clock: Clock;
  /** Told of each file that could not be used, also when the previous one could. */
  readonly onSetAside?: (reason: string, movedTo: string) => void;
}

/** How saving goes, for the agent's own metrics. */
export interface CheckpointHealth {
  readonly lastSavedSeconds: number | undefined;
  readonly lastBytes: number | undefined;
  readonly lastDurationSeconds: number | undefined;
  readonly failures: number;
  readonly setAside: number;
}

/**
 * Keeps checkpoints in one file, and the one before beside it: when the newest is damaged, truncated or
 * of another version, it is set aside under a name with the time, and the previous one is used.
 *
 * Saves don't overlap: those that arrive while one runs are served by one more, of the newest sections.
 * The sections must not change until the save is done; `snapshot()` gives copies.
 */
export class FileCheckpointStore implements CheckpointStore {
  readonly #directory: string;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #onSetAside: (reason: string, movedTo: string) => void;
  #running: Promise<void> | undefined;
  #waiting: { sections: Sections; readonly done: Promise<void> } | undefined;
  #health: CheckpointHealth = {
    lastSavedSeconds: undefined,
    lastBytes: undefined,
    lastDurationSeconds: undefined,
    failures: 0,
    setAside: 0,
  };

  constructor(options: FileCheckpointOptions) {
    this.#directory = options.directory;
    this.#path = join(options.directory, CHECKPOINT_FILE_NAME);
    this.#clock = options.clock;
    this.#onSetAside = options.onSetAside ?? (() => undefined);
  }

  /** Rejects when the directory or a file can't be read or renamed. */
  async load(): Promise<CheckpointLoad> {
    await this.#makeDirectory();
    let newestSetAside: CheckpointLoad | undefined;
    for (const path of [this.#path, `${this.#path}${PREVIOUS_SUFFIX}`]) {
      const content = await readIfPresent(path);
      if (content === undefined) {
        continue;
      }
      const reading = readCheckpoint(content);
      if (reading.status === "valid") {
        return {
          status: "loaded",
          sections: reading.sections,
          isPrevious: path !== this.#path,
        };
      }
      const movedTo = await this.#setAside(path, reading.reason);
      newestSetAside ??= { status: "set_aside", reason: reading.reason, movedTo };
    }
    return newestSetAside ?? { status: "absent" };
  }

  /** Rejects when it can't be written; the files that are there stay as they are. */
  save(sections: Sections): Promise<void> {
    if (this.#waiting !== undefined) {
      this.#waiting.sections = sections;
      return this.#waiting.done;
    }
    if (this.#running === undefined) {
      return this.#start(sections);
    }
    const startWaiting = () => {
      const newest = this.#waiting?.sections ?? sections;
      this.#waiting = undefined;
      return this.#start(newest);
    };
    // Whether the running one succeeds does not matter to the next.
    const done = this.#running.then(startWaiting, startWaiting);
    this.#waiting = { sections, done };
    return done;
  }

  health(): CheckpointHealth {
    return this.#health;
  }

  #start(sections: Sections): Promise<void> {
    this.#running = this.#write(sections).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #write(sections: Sections): Promise<void> {
    const started = performance.now();
    const savedSeconds = this.#clock.now();
    try {
      await this.#makeDirectory();
      let bytes = 0;
      await writeDurably(
        this.#path,
        async (handle) => {
          bytes = await writeCheckpoint(handle, sections, dateOf(savedSeconds));
        },
        () => renameIfPresent(this.#path, `${this.#path}${PREVIOUS_SUFFIX}`),
      );
      this.#health = {
        ...this.#health,
        lastSavedSeconds: savedSeconds,
        lastBytes: bytes,
        lastDurationSeconds: (performance.now() - started) / MILLISECONDS_PER_SECOND,
      };
    } catch (error) {
      this.#health = { ...this.#health, failures: this.#health.failures + 1 };
      throw error;
    }
  }

  async #makeDirectory(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
  }

  async #setAside(path: string, reason: string): Promise<string> {
    // Colons are not allowed in file names everywhere.
    const time = dateOf(this.#clock.now()).toISOString().replaceAll(":", "-");
    const movedTo = await freeName(`${path}${SET_ASIDE_SUFFIX}${time}`);
    await rename(path, movedTo);
    this.#health = { ...this.#health, setAside: this.#health.setAside + 1 };
    this.#onSetAside(reason, movedTo);
    await this.#deleteOldestSetAside();
    return movedTo;
  }

  async #deleteOldestSetAside(): Promise<void> {
    const names = (await readdir(this.#directory))
      .filter((name) => name.startsWith(CHECKPOINT_FILE_NAME) && name.includes(SET_ASIDE_SUFFIX))
      .sort((left, right) => (timeOf(left) < timeOf(right) ? -1 : 1));
    for (const name of names.slice(0, -MAX_SET_ASIDE)) {
      await rm(join(this.#directory, name));
    }
  }
}

/** The part of a set-aside file's name that orders it. */
function timeOf(name: string): string {
  return name.slice(name.indexOf(SET_ASIDE_SUFFIX));
}

/** The name, or the name with a number, that is not taken. */
async function freeName(path: string): Promise<string> {
  let candidate = path;
  for (let number = 2; await isPresent(candidate); number += 1) {
    candidate = `${path}-${number}`;
  }
  return candidate;
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

function dateOf(seconds: number): Date {
  return new Date(seconds * MILLISECONDS_PER_SECOND);
}
