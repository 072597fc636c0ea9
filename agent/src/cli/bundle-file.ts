import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readKeyFile, type SecretKey } from "../checkpoint/key-file.js";
import type { Config } from "../config/schema.js";
import { fileProblem } from "../runtime/file-problem.js";
import { UsageError } from "./io.js";

/** The one file that `presage model ACTION` takes. */
export function onlyFile(action: string, positionals: readonly string[]): string {
  const [file, ...surplus] = positionals;
  if (file === undefined) throw new UsageError(`presage model ${action} needs a FILE`);
  if (surplus.length > 0) {
    throw new UsageError(`presage model ${action} takes one FILE, got ${positionals.join(", ")}`);
  }
  return file;
}

/** Rejects with a sentence that names the file. */
export async function readNamedFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Error(`${file} can't be read: ${fileProblem(error)}`, { cause: error });
  }
}

/** The key that signs the bundles of this agent. */
export function bundleKey({ bundles, dataDirectory }: Config): Promise<SecretKey> {
  return readKeyFile(bundles.keyFile ?? join(dataDirectory, "bundle.key"));
}
