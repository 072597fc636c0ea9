import { parseArgs } from "node:util";
import { readBundle, type BundleReading } from "../checkpoint/bundle.js";
import { KeyFileError } from "../checkpoint/key-file.js";
import type { Config } from "../config/schema.js";
import { bundleKey, onlyFile, readNamedFile } from "./bundle-file.js";
import { configFrom } from "./command-config.js";
import type { Io } from "./io.js";
import { EXIT_DONE, EXIT_FAILED } from "./io.js";

type Intact = Extract<BundleReading, { readonly status: "intact" }>;

/** Whether this agent's key signed it; `not_checked`: the key could not be read. */
interface Signature {
  readonly status: "valid" | "of_another_key" | "not_checked";
  readonly words: string;
}

/**
 * `presage model inspect`: what is in a bundle. Anything but a valid signature ends with 1, so that a
 * script that goes on has a bundle that is genuine.
 */
export async function inspectBundle(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { config: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const file = onlyFile("inspect", positionals);
  const config = configFrom(values.config, io);
  const text = (await readNamedFile(file)).toString("utf8");
  const bundle = readBundle(parsed(text, file));
  if (bundle.status === "refused") {
    io.stderr.write(`${file} can't be used (${bundle.reason}): ${bundle.detail}\n`);
    return EXIT_FAILED;
  }
  const signature = await signatureOf(bundle, config);
  const { models, ...content } = bundle.content;
  const sizes = Object.entries(models).map(
    ([name, snapshot]) => [name, JSON.stringify(snapshot).length] as const,
  );
  io.stdout.write(
    values.json
      ? `${JSON.stringify({ ...content, models: Object.fromEntries(sizes), signature: signature.status })}\n`
      : `${file}: intact
signature ${signature.words}
workload  ${content.workload}
segment   ${content.segment}
created   ${content.createdAt}
identity  key ${content.identityKeyId}
models    ${sizes.map(([name, characters]) => `${name} (${characters} characters)`).join(", ")}
`,
  );
  if (signature.status === "valid") return EXIT_DONE;
  io.stderr.write(`${file}: the signature is ${signature.words}\n`);
  return EXIT_FAILED;
}

async function signatureOf(bundle: Intact, config: Config): Promise<Signature> {
  try {
    const { bytes } = await bundleKey(config);
    return bundle.isSignedWith(bytes)
      ? { status: "valid", words: "valid, of this agent's bundle key" }
      : { status: "of_another_key", words: "of another key than this agent's (bundles.keyFile)" };
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    return { status: "not_checked", words: `not checked: ${error.message}` };
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not a bundle: it is not JSON`, { cause: error });
  }
}
