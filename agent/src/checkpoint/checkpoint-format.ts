import { createHash, type Hash } from "node:crypto";
import { z } from "zod";
import type { Json } from "../core/index.js";
import { jsonPieces } from "./json-pieces.js";

/**
 * A checkpoint file: one line of JSON with the header, padded with blanks to {@link HEADER_BYTES}, then
 * the sections as one JSON object. The padding lets the payload be written first, piece by piece, and
 * the header, which needs its length and checksum, last.
 */
const CHECKPOINT_VERSION = 1;

const FORMAT = "presage-checkpoint";

/** Room for the header line with the longest numbers, about 200 bytes, and for fields to come. */
const HEADER_BYTES = 512;

/** Text that is gathered before it is written: large enough to be quick, small enough to be brief. */
const CHUNK_CHARACTERS = 262_144;

/** Larger checkpoints are refused: V8 can't parse a text of 512 MiB, and bounded state is far smaller. */
const MAX_PAYLOAD_BYTES = 268_435_456;

const identified = z.looseObject({ format: z.literal(FORMAT), version: z.int().positive() });

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(CHECKPOINT_VERSION),
  /** RFC 3339. */
  createdAt: z.iso.datetime(),
  /** Length of the payload. */
  bytes: z.int().nonnegative(),
  /** Of the payload and the other fields of the header, hex. */
  sha256: z.string(),
});

type HeaderFields = Omit<z.infer<typeof headerSchema>, "sha256">;

/** What a checkpoint is written to: an open file. */
interface CheckpointTarget {
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
}

export type CheckpointReading =
  | {
      readonly status: "valid";
      readonly sections: Readonly<Record<string, Json>>;
      /** RFC 3339. */
      readonly createdAt: string;
    }
  | { readonly status: "unusable"; readonly reason: string };

/**
 * Writes the sections to a new file and answers its size in bytes. Throws a RangeError when they are
 * larger than `maxPayloadBytes`.
 */
export async function writeCheckpoint(
  file: CheckpointTarget,
  sections: Readonly<Record<string, Json>>,
  createdAt: Date,
  maxPayloadBytes = MAX_PAYLOAD_BYTES,
): Promise<number> {
  const hash = createHash("sha256");
  let bytes = 0;
  let chunk = "";
  const flush = async () => {
    const buffer = Buffer.from(chunk);
    chunk = "";
    if (bytes + buffer.length > maxPayloadBytes) {
      throw new RangeError(`the checkpoint is larger than ${maxPayloadBytes} bytes`);
    }
    hash.update(buffer);
    await writeFully(file, buffer, HEADER_BYTES + bytes);
    bytes += buffer.length;
  };
  for (const piece of jsonPieces(sections)) {
    chunk += piece;
    if (chunk.length >= CHUNK_CHARACTERS) {
      await flush();
    }
  }
  await flush();
  const fields: HeaderFields = {
    format: FORMAT,
    version: CHECKPOINT_VERSION,
    createdAt: createdAt.toISOString(),
    bytes,
  };
  const header = { ...fields, sha256: checksum(hash, fields) };
  const line = `${JSON.stringify(header).padEnd(HEADER_BYTES - 1)}\n`;
  await writeFully(file, Buffer.from(line), 0);
  return HEADER_BYTES + bytes;
}

/** Checks everything: form, version, length, checksum. Never throws. */
export function readCheckpoint(content: Buffer): CheckpointReading {
  const lineEnd = content.indexOf("\n");
  const header = parsed(content.subarray(0, lineEnd === -1 ? 0 : lineEnd));
  const identity = identified.safeParse(header);
  if (!identity.success) {
    return unusable("it does not begin with the header of a checkpoint");
  }
  if (identity.data.version !== CHECKPOINT_VERSION) {
    return unusable(
      `it has format version ${identity.data.version}, this agent reads version ${CHECKPOINT_VERSION}`,
    );
  }
  const complete = headerSchema.safeParse(header);
  if (!complete.success) {
    return unusable("its header is damaged");
  }
  const { sha256, ...fields } = complete.data;
  const payload = content.subarray(lineEnd + 1);
  if (payload.length !== fields.bytes) {
    return unusable(`it holds ${payload.length} bytes where its header says ${fields.bytes}`);
  }
  if (checksum(createHash("sha256").update(payload), fields) !== sha256) {
    return unusable("its checksum does not match its content");
  }
  const sections = parsed(payload);
  return isSections(sections)
    ? { status: "valid", sections, createdAt: fields.createdAt }
    : unusable("its content is not an object of sections");
}

/** Over the header too, so that no bit of the file is free to change. */
function checksum(payload: Hash, { format, version, createdAt, bytes }: HeaderFields): string {
  return payload.update(JSON.stringify([format, version, createdAt, bytes])).digest("hex");
}

async function writeFully(file: CheckpointTarget, buffer: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < buffer.length) {
    const { bytesWritten } = await file.write(
      buffer,
      written,
      buffer.length - written,
      position + written,
    );
    written += bytesWritten;
  }
}

function unusable(reason: string): CheckpointReading {
  return { status: "unusable", reason };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** What `JSON.parse` made is JSON; only its outermost form is in question. */
function isSections(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
