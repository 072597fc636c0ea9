import { createHmac, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { BoundedCache } from "./bounded-cache.js";
import { HmacSha256 } from "./hmac.js";

/** As many bytes as the hash gives: a shorter key is the weakest part, a longer one adds nothing. */
const KEY_BYTES = 32;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;
export const GENERATED_IDENTITY_KEY_FILE = "identity.key";
/** 128 bits: no two of 10^12 identities meet by chance (birthday bound about 10^-15). */
const HASH_BYTES = 16;
const KEY_ID_BYTES = 8;
/** Tells the unfinished key files of two starters apart. */
const TEMPORARY_NAME_BYTES = 8;
const KEY_ID_LABEL = "presage identity key id";
/** Identities whose hash is kept at hand; a user's next call mostly comes soon. */
const CACHE_GENERATION_SIZE = 16_384;
/** A longer text is hashed each time, so that the cache is bounded in bytes too. */
const MAX_CACHED_CHARACTERS = 128;

/** The key can't be used. The message says which file and what to do. */
class IdentityKeyError extends Error {
  override readonly name = "IdentityKeyError";
}

/**
 * The key from `keyFile`: 32 bytes or more, as hexadecimal text or raw. Throws an
 * {@link IdentityKeyError} when the file is missing, unreadable, empty or too short.
 */
export function readIdentityKey(keyFile: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(keyFile);
  } catch (error) {
    throw new IdentityKeyError(`identity key file ${keyFile} can't be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const text = content.toString("latin1").trim();
  if (text === "") {
    throw new IdentityKeyError(`identity key file ${keyFile} is empty: give it 32 random bytes`);
  }
  const isHexadecimal = /^(?:[0-9a-f]{2})+$/i.test(text);
  const key = isHexadecimal ? Buffer.from(text, "hex") : content;
  if (key.length < KEY_BYTES) {
    throw new IdentityKeyError(
      `identity key file ${keyFile} holds ${key.length} bytes: at least ${KEY_BYTES} are needed`,
    );
  }
  return key;
}

/**
 * The key from `keyFile` when it is given; else the one in the data directory, generated at the first
 * start (32 random bytes in hexadecimal, mode 0600). Throws an {@link IdentityKeyError} when that can't
 * be used or written.
 */
export function loadIdentityKey(options: {
  readonly keyFile?: string | undefined;
  readonly dataDirectory: string;
}): Buffer {
  if (options.keyFile !== undefined) return readIdentityKey(options.keyFile);
  const file = join(options.dataDirectory, GENERATED_IDENTITY_KEY_FILE);
  if (!existsSync(file)) {
    try {
      mkdirSync(options.dataDirectory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
      generateKeyFile(file);
      syncDirectory(options.dataDirectory);
    } catch (error) {
      const problem = `identity key ${file} can't be written: ${messageOf(error)}`;
      throw new IdentityKeyError(`${problem}; or name a key in identity.keyFile`, { cause: error });
    }
  }
  return readIdentityKey(file);
}

/**
 * Makes the whole file or none, whenever the process dies, and leaves one that is there as it is: what
 * two who start at once read is the same key. A rename would put the second over the first.
 */
function generateKeyFile(file: string): void {
  const temporary = `${file}.${randomBytes(TEMPORARY_NAME_BYTES).toString("hex")}`;
  try {
    const content = `${randomBytes(KEY_BYTES).toString("hex")}\n`;
    writeFileSync(temporary, content, { flag: "wx", mode: OWNER_ONLY, flush: true });
    linkSync(temporary, file);
  } catch (error) {
    if (!isExisting(error)) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A name is safe on the disk only when its directory is. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Keyed hashes of what must not be stored: HMAC-SHA-256 (RFC 2104) cut to 128 bits, base64url. What
 * is hashed is told apart by a label, so that a user and a session of one name have two hashes.
 *
 * The hashes of recent users and sessions are kept in memory beside their clear form, bounded; the
 * values of arguments are not.
 */
export class IdentityHasher {
  /** Names the key without giving it away: checkpoints and bundles carry it. 16 hexadecimal digits. */
  readonly keyId: string;
  readonly #hmac: HmacSha256;
  readonly #actors = new BoundedCache<string, string>(CACHE_GENERATION_SIZE);
  readonly #sessions = new BoundedCache<string, string>(CACHE_GENERATION_SIZE);

  constructor(key: Buffer) {
    if (key.length < KEY_BYTES) {
      throw new IdentityKeyError(`an identity key has at least ${KEY_BYTES} bytes`);
    }
    this.#hmac = new HmacSha256(key);
    this.keyId = createHmac("sha256", key)
      .update(KEY_ID_LABEL)
      .digest()
      .toString("hex", 0, KEY_ID_BYTES);
  }

  actor(userId: string): string {
    return this.#cached(this.#actors, "user", userId);
  }

  session(sessionId: string): string {
    return this.#cached(this.#sessions, "session", sessionId);
  }

  /** The name is part of it: one value in two arguments can't be joined. */
  argument(name: string, text: string): string {
    return this.#hash(`argument\u0000${name}\u0000${text}`);
  }

  #cached(cache: BoundedCache<string, string>, label: string, text: string): string {
    if (text.length > MAX_CACHED_CHARACTERS) return this.#hash(`${label}\u0000${text}`);
    const known = cache.get(text);
    if (known !== undefined) return known;
    const hash = this.#hash(`${label}\u0000${text}`);
    cache.set(text, hash);
    return hash;
  }

  #hash(text: string): string {
    return this.#hmac.base64url(text, HASH_BYTES);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
