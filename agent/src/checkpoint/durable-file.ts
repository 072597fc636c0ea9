import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** Only the agent's own user may read what it keeps. */
const OWNER_ONLY = 0o600;

/**
 * Writes a file so that after a crash at any moment the whole of it is there or none: into
 * `temporary`, synced, then renamed. `beforeRename` runs when the new content is safe on the disk.
 */
export async function writeDurably(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
  beforeRename: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const temporary = `${path}.temporary`;
  // One that a crash left behind; "wx" then makes sure of the mode of the new one.
  await rm(temporary, { force: true });
  try {
    const handle = await open(temporary, "wx", OWNER_ONLY);
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await beforeRename();
    await rename(temporary, path);
  } catch (error) {
    // On a full disk, half a file would keep it full.
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** A rename is safe on the disk only when the directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Renames when there is something to rename. */
export async function renameIfPresent(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
