import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import {
  BUNDLE_FORMAT_VERSION,
  type Json,
  type ModelBundle,
  type ModelBundleContent,
} from "../core/index.js";
import { canonicalJson, isJson } from "./canonical-json.js";
import { issueWords } from "../core/index.js";

/** Why a bundle was not opened. A closed list: it is also what the API answers. */
type BundleRefusal =
  "malformed" | "unsupported_version" | "checksum_mismatch" | "signature_mismatch";

/** A bundle that is whole; who signed it is another question. */
export type BundleReading =
  | {
      readonly status: "intact";
      readonly content: ModelBundleContent;
      isSignedWith(key: Uint8Array): boolean;
    }
  | BundleRefused;

interface BundleRefused {
  readonly status: "refused";
  readonly reason: BundleRefusal;
  readonly detail: string;
}

export type BundleOpening =
  { readonly status: "opened"; readonly content: ModelBundleContent } | BundleRefused;

const SHA256_HEX = /^[0-9a-f]{64}$/;
const MAX_NAME_CHARACTERS = 1000;

const name = z.string().min(1).max(MAX_NAME_CHARACTERS);
const json = z.custom<Json>((value) => isJson(value), "must be JSON, at most 64 deep");
const digest = z.string().regex(SHA256_HEX, "must be 64 hexadecimal digits");

/** The form of a bundle as it travels. */
const bundleSchema = z.strictObject({
  formatVersion: z.literal(BUNDLE_FORMAT_VERSION),
  workload: name.regex(/^[^/]+\/[^/]+\/[^/]+$/, "must be namespace/kind/name"),
  segment: name,
  createdAt: z.iso.datetime(),
  identityKeyId: name,
  models: z.strictObject({ sequence: json.exactOptional(), payload: json.exactOptional() }),
  checksum: digest,
  signature: digest,
});

const versioned = z.looseObject({ formatVersion: z.int() });

/**
 * Adds checksum and signature. Throws a TypeError when the models hold something that is not JSON, such
 * as NaN, because it would not arrive as it was sent.
 */
export function sealBundle(content: ModelBundleContent, key: Uint8Array): ModelBundle {
  if (!isJson(content.models)) {
    throw new TypeError("the models of a bundle must be JSON, at most 64 deep");
  }
  const text = contentText(content);
  return { ...content, checksum: checksumOf(text), signature: signatureOf(text, key) };
}

/** Checks form, version, checksum and signature, in this order. Never throws. */
export function openBundle(input: unknown, key: Uint8Array): BundleOpening {
  const reading = readBundle(input);
  if (reading.status === "refused") return reading;
  return reading.isSignedWith(key)
    ? { status: "opened", content: reading.content }
    : refused("signature_mismatch", "the bundle was signed with another key");
}

/** Checks form, version and checksum, in this order: all that can be said without the key. */
export function readBundle(input: unknown): BundleReading {
  const version = versioned.safeParse(input);
  // Of a later version nothing but the version can be judged.
  if (version.success && version.data.formatVersion !== BUNDLE_FORMAT_VERSION) {
    return refused(
      "unsupported_version",
      `the bundle has format version ${version.data.formatVersion}, this agent reads version ` +
        String(BUNDLE_FORMAT_VERSION),
    );
  }
  const bundle = bundleSchema.safeParse(input, { error: issueWords });
  if (!bundle.success) {
    return refused("malformed", describe(bundle.error));
  }
  const { checksum, signature, ...content } = bundle.data;
  const text = contentText(content);
  if (!equal(checksumOf(text), checksum)) {
    return refused("checksum_mismatch", "the bundle was damaged on the way");
  }
  return {
    status: "intact",
    content,
    isSignedWith: (key) => equal(signatureOf(text, key), signature),
  };
}

function contentText(content: ModelBundleContent): string {
  const { formatVersion, workload, segment, createdAt, identityKeyId, models } = content;
  return canonicalJson({ formatVersion, workload, segment, createdAt, identityKeyId, models });
}

function checksumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function signatureOf(text: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** In constant time, so that a forger learns nothing from how long it takes. Both are 64 digits. */
function equal(expected: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}

function refused(reason: BundleRefusal, detail: string): BundleRefused {
  return { status: "refused", reason, detail };
}

/** The first thing that is wrong: the sender mends one at a time. */
function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join(".") ?? "";
  const problem = issue?.message ?? "is not valid";
  return field === "" ? `the bundle ${problem}` : `${field}: ${problem}`;
}
