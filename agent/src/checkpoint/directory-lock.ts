import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isMissing } from "./durable-file.js";
import {
  isAlive,
  ownIdentity,
  processIdentitySchema,
  type ProcessIdentity,
} from "./process-identity.js";

const LOCK_FILE_NAME = "presage.lock";
const OWNER_ONLY = 0o600;
/** Tells the unfinished files of two starters apart. */
const TEMPORARY_NAME_BYTES = 8;

/** How often a holder touches its lock, for those who can't see its process. */
const HEARTBEAT_SECONDS = 1;
/** As long without a touch, and a holder that can't be seen is taken for dead. */
const FOREIGN_WATCH_SECONDS = 5 * HEARTBEAT_SECONDS;
const MILLISECONDS_PER_SECOND = 1000;
/** Each attempt loses only to another starter that is as quick. */
const MAX_ATTEMPTS = 3;

/** Another agent has the data directory. The message says which, and what to do. */
export class DirectoryLockedError extends Error {
  constructor(directory: string, file: string, holder: string) {
    super(
      `dataDirectory: ${directory} is in use by ${holder}; two agents in one directory would destroy ` +
        `what was learned. Stop it, or give this one another dataDirectory. If no agent runs, ` +
        `delete ${file}`,
    );
    this.name = "DirectoryLockedError";
  }
}

export interface DirectoryLock {
  /** Removes the file, unless someone has put another in its place. Never rejects. */
  release(): Promise<void>;
}

/**
 * Takes the directory, which has to be there, for this process alone. The lock is a file that names its
 * holder; it is replaced only when that holder is gone: its process is not there any more, or, of
 * another container or machine, has not touched the file for `foreignWatchSeconds`, which are waited
 * for. Throws a {@link DirectoryLockedError} otherwise.
 */
export async function lockDirectory(
  directory: string,
  foreignWatchSeconds = FOREIGN_WATCH_SECONDS,
): Promise<DirectoryLock> {
  const file = join(directory, LOCK_FILE_NAME);
  for (let attempt = 1; ; attempt += 1) {
    const handle = await create(file);
    if (handle !== undefined) return hold(file, handle);
    const found = await readLock(file);
    if (found === undefined) continue;
    const isHeld = attempt > MAX_ATTEMPTS || (await holderLives(file, found, foreignWatchSeconds));
    if (isHeld) throw new DirectoryLockedError(directory, file, describe(found.holder));
    await removeStale(file, found.text);
  }
}

interface FoundLock {
  readonly text: string;
  /** Undefined when the file does not say. */
  readonly holder: ProcessIdentity | undefined;
}

/** The whole file or none, and only where there is none: undefined when there is one. */
async function create(file: string): Promise<FileHandle | undefined> {
  const temporary = temporaryName(file);
  const handle = await open(temporary, "wx", OWNER_ONLY);
  try {
    await handle.writeFile(`${JSON.stringify(await ownIdentity())}\n`);
    await link(temporary, file);
    return handle;
  } catch (error) {
    await handle.close();
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

function hold(file: string, handle: FileHandle): DirectoryLock {
  let touching: Promise<void> = Promise.resolve();
  const heartbeat = setInterval(() => {
    const now = new Date();
    // Through the handle, so that it is this lock and never another's; a failure is only a missed beat.
    touching = handle.utimes(now, now).catch(() => undefined);
  }, HEARTBEAT_SECONDS * MILLISECONDS_PER_SECOND);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      try {
        await touching;
        const [own, present] = await Promise.all([handle.stat(), stat(file)]);
        if (own.ino === present.ino && own.dev === present.dev) await rm(file);
      } catch {
        // It is gone already, or stays behind and names a process that is gone: the next one replaces it.
      } finally {
        await handle.close();
      }
    },
  };
}

async function readLock(file: string): Promise<FoundLock | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { text, holder: undefined };
  }
  return { text, holder: processIdentitySchema.safeParse(content).data };
}

async function holderLives(
  file: string,
  { holder }: FoundLock,
  foreignWatchSeconds: number,
): Promise<boolean> {
  const known = holder === undefined ? undefined : await isAlive(holder);
  return known ?? (await isTouched(file, foreignWatchSeconds));
}

/** Compares the file with itself, so that the clocks of two machines don't matter. */
async function isTouched(file: string, watchSeconds: number): Promise<boolean> {
  try {
    const before = await stat(file);
    await wait(watchSeconds * MILLISECONDS_PER_SECOND);
    return (await stat(file)).mtimeMs !== before.mtimeMs;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Of two who find the same stale lock, the slower one must not remove the lock of the quicker one: it
 * looks at what it has taken away, and puts back what it did not mean.
 */
async function removeStale(file: string, staleText: string): Promise<void> {
  const taken = temporaryName(file);
  try {
    await rename(file, taken);
    if ((await readFile(taken, "utf8")) !== staleText) await link(taken, file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  } finally {
    await rm(taken, { force: true });
  }
}

function temporaryName(file: string): string {
  return `${file}.${randomBytes(TEMPORARY_NAME_BYTES).toString("hex")}`;
}

function describe(holder: ProcessIdentity | undefined): string {
  return holder === undefined ? "another agent" : `another agent (process ${holder.pid})`;
}
