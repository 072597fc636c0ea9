/**
 * Bundles the page for the sets that are named, or for all: `node dist/node/bundle-command.js grafana-13`.
 * Packages must be installed; says what it does on stdout; exit code 1 and the reason on stderr otherwise.
 */
import { bundlePage } from "./bundle-page.js";
import { PAGE_SETS, type PageSet } from "./page-sets.js";

const MILLISECONDS_PER_SECOND = 1000;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PAGE_SETS.some((set) => set === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No set is called ${unknown.join(", ")}. There are: ${PAGE_SETS.join(", ")}\n`,
  );
  process.exitCode = 2;
} else {
  await bundleAll(PAGE_SETS.filter((set) => asked.length === 0 || asked.includes(set)));
}

async function bundleAll(sets: readonly PageSet[]): Promise<void> {
  for (const set of sets) {
    const started = performance.now();
    try {
      const { made } = await bundlePage(set);
      const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND;
      process.stdout.write(
        made
          ? `host page for ${set}: bundled in ${seconds.toFixed(1)} s\n`
          : `host page for ${set}: up to date\n`,
      );
    } catch (error) {
      process.stderr.write(
        `host page for ${set}: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  }
}
