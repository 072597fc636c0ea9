import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBundle } from "../checkpoint/bundle.js";
import { readCheckpoint } from "../checkpoint/checkpoint-format.js";
import { CHECKPOINT_FILE_NAME } from "../checkpoint/file-checkpoint.js";
import { readKeyFile } from "../checkpoint/key-file.js";
import { loadConfig } from "../config/load-config.js";
import type { Config } from "../config/schema.js";
import { systemClock, workloadKey } from "../core/index.js";
import { DEFAULT_KIND, DEFAULT_NAMESPACE } from "../core/index.js";
import { createInlineFitter } from "../runtime/fitting-worker.js";
import { createFlow } from "../runtime/flow.js";
import { GENERATED_IDENTITY_KEY_FILE, readIdentityKey } from "../ingestion/identity.js";
import { IDENTITY_SECTION } from "../runtime/checkpoints.js";
import { packBundle } from "../runtime/model-updates.js";
import type { Io } from "./io.js";
import { EXIT_DONE, EXIT_FAILED, UsageError } from "./io.js";

const USAGE = `usage: presage model export --service NAME --segment NAME --out FILE [--namespace NAME] [--config FILE]
       presage model import FILE [--url URL] [--token-file FILE]
       presage model inspect FILE [--config FILE] [--json]

export   packs the models of one segment from the last checkpoint in the data directory
import   sends a bundle to a running agent, which takes it over only if it is no worse
inspect  checks a bundle and says what is in it
`;

const DEFAULT_URL = "http://127.0.0.1:9470";
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

/** `presage model`: model bundles. */
export async function model(args: string[], io: Io): Promise<number> {
  const [action, ...rest] = args;
  if (action === "export") return exportBundle(rest, io);
  if (action === "import") return importBundle(rest, io);
  if (action === "inspect") return inspectBundle(rest, io);
  if (action === "--help") {
    io.stdout.write(USAGE);
    return EXIT_DONE;
  }
  throw new UsageError(USAGE);
}

async function exportBundle(args: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      service: { type: "string" },
      namespace: { type: "string", default: DEFAULT_NAMESPACE },
      kind: { type: "string", default: DEFAULT_KIND },
      segment: { type: "string" },
      out: { type: "string" },
      config: { type: "string" },
    },
  });
  const { service, namespace, kind, segment, out } = values;
  if (service === undefined || segment === undefined || out === undefined) {
    throw new UsageError(USAGE);
  }
  const config = configFrom(values.config, io);
  const flow = createFlow({
    config,
    clock: systemClock,
    identityKey: readIdentityKey(
      config.identity.keyFile ?? join(config.dataDirectory, GENERATED_IDENTITY_KEY_FILE),
    ),
    fitter: createInlineFitter(),
    waitForFits: true,
  });
  // Only reads: an agent may be running on this directory.
  const file = join(config.dataDirectory, CHECKPOINT_FILE_NAME);
  const found = readCheckpoint(await readFile(file));
  if (found.status !== "valid") {
    io.stderr.write(`${file} can't be used: ${found.reason}\n`);
    return EXIT_FAILED;
  }
  if (found.sections[IDENTITY_SECTION] !== flow.identity.keyId) {
    io.stderr.write(`${file} was made with another identity key\n`);
    return EXIT_FAILED;
  }
  flow.workloads.restore(found.sections["workloads"] ?? null);
  const workload = workloadKey({ namespace, kind, name: service });
  const bundle = packBundle(flow.workloads, workload, segment, {
    bundleKey: (await bundleKey(config)).bytes,
    identityKeyId: flow.identity.keyId,
    createdAt: new Date(),
  });
  if (bundle === undefined) {
    const known = flow.workloads.pipelines.flatMap((pipeline) =>
      [...pipeline.models.keys()].map((name) => `${pipeline.workload} ${name}`),
    );
    io.stderr.write(`no models of ${workload}, segment ${segment}. There are:\n`);
    io.stderr.write(`${known.join("\n")}\n`);
    return EXIT_FAILED;
  }
  await writeFile(out, `${JSON.stringify(bundle)}\n`);
  io.stderr.write(`${out}: models of ${workload}, segment ${segment}\n`);
  return EXIT_DONE;
}

async function importBundle(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: "string", default: DEFAULT_URL }, "token-file": { type: "string" } },
  });
  const file = onlyFile(positionals);
  const tokenFile = values["token-file"];
  const token =
    tokenFile === undefined ? undefined : (await readKeyFile(tokenFile)).bytes.toString();
  const response = await fetch(new URL("/model/update", values.url), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: await readFile(file),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS),
  });
  io.stdout.write(`${await response.text()}\n`);
  return response.ok ? EXIT_DONE : EXIT_FAILED;
}

async function inspectBundle(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { config: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const file = onlyFile(positionals);
  const config = configFrom(values.config, io);
  const opened = openBundle(parsed(await readFile(file, "utf8")), (await bundleKey(config)).bytes);
  if (opened.status === "refused") {
    io.stderr.write(`${file}: ${opened.reason}: ${opened.detail}\n`);
    return EXIT_FAILED;
  }
  const { models, ...content } = opened.content;
  const described = {
    ...content,
    models: Object.fromEntries(
      Object.entries(models).map(([name, snapshot]) => [name, JSON.stringify(snapshot).length]),
    ),
  };
  if (values.json) {
    io.stdout.write(`${JSON.stringify(described)}\n`);
    return EXIT_DONE;
  }
  io.stdout.write(`${file}: intact, and signed with this agent's bundle key
workload  ${content.workload}
segment   ${content.segment}
created   ${content.createdAt}
identity  key ${content.identityKeyId}
models    ${Object.entries(described.models)
    .map(([name, characters]) => `${name} (${characters} characters)`)
    .join(", ")}
`);
  return EXIT_DONE;
}

function onlyFile(positionals: readonly string[]): string {
  const [file, ...surplus] = positionals;
  if (file === undefined || surplus.length > 0) throw new UsageError(USAGE);
  return file;
}

/** Undefined, which no bundle is, for what is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function configFrom(file: string | undefined, io: Io): Config {
  return loadConfig({
    ...(file === undefined ? {} : { file }),
    environment: io.environment,
  });
}

function bundleKey({ bundles, dataDirectory }: Config) {
  return readKeyFile(bundles.keyFile ?? join(dataDirectory, "bundle.key"));
}
