import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isMissing, writeDurably } from "./durable-file.js";

/** The strength of HMAC-SHA-256; a longer key adds nothing. Source: RFC 2104, section 3. */
const GENERATED_KEY_BYTES = 32;

/** 128 bits as hexadecimal text: shorter keys can be guessed. */
const MIN_KEY_CHARACTERS = 32;

/** A file of keys is small; anything else is the wrong file. */
const MAX_KEY_CHARACTERS = 4096;

const KEY_ID_CHARACTERS = 16;
const OWNER_ONLY_DIRECTORY = 0o700;

export interface SecretKey {
  readonly bytes: Buffer;
  /** Names the key without giving it away. */
  readonly id: string;
}

/** A key file that can't be used. The message names the file and says what to do; never the key. */
export class KeyFileError extends Error {
  constructor(file: string, problem: string) {
    super(`key file ${file}: ${problem}`);
    this.name = "KeyFileError";
  }
}

/**
 * Reads a key: the text of the file without blanks around it, as bytes. Throws a KeyFileError when the
 * file is missing, unreadable, or not between 32 and 4,096 characters long.
 */
export async function readKeyFile(file: string): Promise<SecretKey> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new KeyFileError(
      file,
      isMissing(error) ? "is not there" : `can't be read: ${String(error)}`,
    );
  }
  if (text.length < MIN_KEY_CHARACTERS || text.length > MAX_KEY_CHARACTERS) {
    throw new KeyFileError(
      file,
      `holds ${text.length} characters; a key has ${MIN_KEY_CHARACTERS} to ${MAX_KEY_CHARACTERS} ` +
        `(for example the output of: openssl rand -hex ${GENERATED_KEY_BYTES})`,
    );
  }
  const bytes = Buffer.from(text);
  return { bytes, id: keyId(bytes) };
}

/** Reads the key in `file`; when there is none, generates one there, which only the owner can read. */
export async function readOrGenerateKeyFile(file: string): Promise<SecretKey> {
  try {
    await readFile(file);
  } catch (error) {
    if (!isMissing(error)) {
      throw new KeyFileError(file, `can't be read: ${String(error)}`);
    }
    await mkdir(dirname(file), { recursive: true, mode: OWNER_ONLY_DIRECTORY });
    await writeDurably(file, async (handle) => {
      await handle.writeFile(`${randomBytes(GENERATED_KEY_BYTES).toString("hex")}\n`);
    });
  }
  return readKeyFile(file);
}

/** The label keeps the id apart from every other use of the key. */
function keyId(bytes: Buffer): string {
  return createHash("sha256")
    .update("presage key id")
    .update(bytes)
    .digest("hex")
    .slice(0, KEY_ID_CHARACTERS);
}
