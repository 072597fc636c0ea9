import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCheckpoint } from "../checkpoint/checkpoint-format.js";
import { CHECKPOINT_FILE_NAME } from "../checkpoint/file-checkpoint.js";
import { DEFAULT_KIND, DEFAULT_NAMESPACE, systemClock, workloadKey } from "../core/index.js";
import { GENERATED_IDENTITY_KEY_FILE, readIdentityKey } from "../ingestion/identity.js";
import { IDENTITY_SECTION } from "../runtime/checkpoints.js";
import { fileProblem } from "../runtime/file-problem.js";
import { createInlineFitter } from "../runtime/fitting-worker.js";
import { createFlow } from "../runtime/flow.js";
import { packBundle } from "../runtime/model-updates.js";
import { bundleKey, readNamedFile } from "./bundle-file.js";
import { configFrom } from "./command-config.js";
import type { Io } from "./io.js";
import { EXIT_DONE, EXIT_FAILED, UsageError } from "./io.js";

/** `presage model export`: the models of one segment, as the last checkpoint has them. */
export async function exportBundle(args: string[], io: Io): Promise<number> {
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
    const missing = (["service", "segment", "out"] as const)
      .filter((name) => values[name] === undefined)
      .map((name) => `--${name}`);
    throw new UsageError(`presage model export needs ${missing.join(" and ")}`);
  }
  const config = configFrom(values.config, io);
  // Only reads: an agent may be running on this directory.
  const file = join(config.dataDirectory, CHECKPOINT_FILE_NAME);
  const found = readCheckpoint(await readNamedFile(file));
  if (found.status !== "valid") {
    io.stderr.write(`${file} can't be used: ${found.reason}\n`);
    return EXIT_FAILED;
  }
  const flow = createFlow({
    config,
    clock: systemClock,
    identityKey: readIdentityKey(
      config.identity.keyFile ?? join(config.dataDirectory, GENERATED_IDENTITY_KEY_FILE),
    ),
    fitter: createInlineFitter(),
    waitForFits: true,
  });
  if (found.sections[IDENTITY_SECTION] !== flow.identity.keyId) {
    io.stderr.write(`${file} was made with another identity key\n`);
    return EXIT_FAILED;
  }
  flow.workloads.restore(found.sections["workloads"] ?? null);
  const workload = workloadKey({ namespace, kind, name: service });
  const bundle = packBundle(flow.workloads, workload, segment, {
    bundleKey: (await bundleKey(config)).bytes,
    identityKeyId: flow.identity.keyId,
    // The models are as old as the checkpoint, whenever they are packed.
    createdAt: new Date(found.createdAt),
  });
  if (bundle === undefined) {
    const known = flow.workloads.pipelines.flatMap((pipeline) =>
      [...pipeline.models.keys()].map((name) => `${pipeline.workload} ${name}`),
    );
    io.stderr.write(`no models of ${workload}, segment ${segment}. There are:\n`);
    io.stderr.write(`${known.join("\n")}\n`);
    return EXIT_FAILED;
  }
  try {
    await writeFile(out, `${JSON.stringify(bundle)}\n`);
  } catch (error) {
    throw new Error(`${out} can't be written: ${fileProblem(error)}`, { cause: error });
  }
  io.stderr.write(`${out}: models of ${workload}, segment ${segment}, as of ${found.createdAt}\n`);
  return EXIT_DONE;
}
