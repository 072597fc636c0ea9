import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

/** Only the agent's own user may look into the data directory. */
const OWNER_ONLY_DIRECTORY = 0o700;

/** The data directory can't be used. The message begins with the key of the configuration. */
export class DataDirectoryError extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`dataDirectory: ${problem}`, options);
    this.name = "DataDirectoryError";
  }
}

/**
 * Makes the data directory when it is not there, with the directories above it, for its owner only.
 * Throws a {@link DataDirectoryError} when there can't be one, or nothing can be written in it.
 *
 * Each level is made on its own: `mkdir` with `recursive` never ends where a directory is there but takes
 * no entries (`/proc`), at full load and deaf to signals.
 */
export async function prepareDataDirectory(directory: string): Promise<void> {
  const path = resolve(directory);
  const existing = await nearestExisting(path);
  await requireWritable(existing);
  let made = existing;
  for (const name of relative(existing, path).split(sep)) {
    if (name === "") continue;
    made = join(made, name);
    try {
      await mkdir(made, { mode: OWNER_ONLY_DIRECTORY });
    } catch (error) {
      // Another starter may have been quicker; who may use it is the lock's question.
      if (codeOf(error) === "EEXIST") continue;
      throw new DataDirectoryError(`${made} can't be made: ${messageOf(error)}`, { cause: error });
    }
  }
}

async function nearestExisting(path: string): Promise<string> {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    try {
      const found = await stat(candidate);
      if (found.isDirectory()) return candidate;
      throw new DataDirectoryError(`${candidate} is not a directory`);
    } catch (error) {
      if (error instanceof DataDirectoryError) throw error;
      const code = codeOf(error);
      const isAbove = code === "ENOENT" || code === "ENOTDIR";
      if (isAbove && candidate !== dirname(candidate)) continue;
      throw new DataDirectoryError(`${candidate} can't be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}

async function requireWritable(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirectoryError(`nothing can be written in ${directory}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
