/** Bundles the page against the packages of one line of Grafana. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, version as esbuildVersion, type Plugin } from "esbuild";
import { bundleOf, grafanaVersionOf, HOST_DIRECTORY, packagesOf, projectOf } from "./page-sets.js";
import type { PageSet } from "./page-sets.js";

const PAGE_DIRECTORY = join(HOST_DIRECTORY, "page");
/** The preview asks for the metrics that the panel reads. */
const METRIC_NAMES = join(HOST_DIRECTORY, "..", "src", "data", "metrics.ts");
const SHARED_DIRECTORY = join(HOST_DIRECTORY, "src");
/** In a finished bundle: of what it was made. */
const FINGERPRINT_FILE = "fingerprint.txt";

/**
 * Answers the bundle's directory, and whether it had to be made: nothing is done when neither the
 * sources nor the lock file have changed. Throws an Error with esbuild's messages.
 */
export async function bundlePage(
  set: PageSet,
): Promise<{ readonly directory: string; readonly made: boolean }> {
  const directory = bundleOf(set);
  const fingerprint = fingerprintOf(set);
  const fingerprintFile = join(directory, FINGERPRINT_FILE);
  if (existsSync(fingerprintFile) && readFileSync(fingerprintFile, "utf8") === fingerprint) {
    return { directory, made: false };
  }
  // Made aside and then moved, so that nobody ever serves half a bundle.
  const aside = `${directory}.${String(process.pid)}`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  try {
    await build({
      entryPoints: [join(PAGE_DIRECTORY, "boot.ts"), join(PAGE_DIRECTORY, "preview.ts")],
      outdir: aside,
      bundle: true,
      splitting: true,
      format: "esm",
      target: "es2022",
      jsx: "automatic",
      minify: true,
      legalComments: "none",
      logLevel: "silent",
      // The icon font of the code editor, which the page never opens.
      loader: { ".ttf": "empty" },
      define: {
        // Otherwise lodash and others would register themselves with SystemJS' AMD loader.
        define: "undefined",
        "process.env.NODE_ENV": '"production"',
        global: "globalThis",
        GRAFANA_VERSION: JSON.stringify(grafanaVersionOf(set)),
      },
      plugins: [packagesFrom(packagesOf(set))],
    });
    await writeFile(join(aside, FINGERPRINT_FILE), fingerprint);
    await rm(directory, { recursive: true, force: true });
    await rename(aside, directory);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return { directory, made: true };
}

/** Marks what has been sent to the set's packages already. */
const SENT = Symbol("sent");

/** Packages that the page itself asks for come from the set; SystemJS comes from the workspace. */
function packagesFrom(directory: string): Plugin {
  return {
    name: "packages of the set",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer, pluginData }) => {
        if (pluginData === SENT || path.startsWith("systemjs/")) return undefined;
        if (!importer.startsWith(PAGE_DIRECTORY)) return undefined;
        return build.resolve(path, { kind, resolveDir: directory, pluginData: SENT });
      });
    },
  };
}

function fingerprintOf(set: PageSet): string {
  const hash = createHash("sha256").update(esbuildVersion).update(grafanaVersionOf(set));
  hash.update(readFileSync(join(projectOf(set), "package-lock.json")));
  hash.update(readFileSync(METRIC_NAMES));
  for (const directory of [PAGE_DIRECTORY, SHARED_DIRECTORY]) {
    for (const name of readdirSync(directory).sort()) {
      hash.update(name).update(readFileSync(join(directory, name)));
    }
  }
  return hash.digest("hex");
}
