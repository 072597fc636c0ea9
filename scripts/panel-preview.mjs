// Builds the panel behind the demo and shows it in a browser: at a low priority, so that the story's timing
// is not disturbed, and without a word on the terminal, which is the demo's.
import { fork, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import {
  HOST_BUNDLE,
  install,
  npmCommand,
  PANEL,
  PANEL_BUILD,
  PANEL_PROJECT,
  ROOT,
  secondsSince,
} from "./setup.mjs";

const PORT = 3470;
const LOG = join(ROOT, ".reports", "panel-preview.log");
const NEWS_MILLISECONDS = 1000;
const BUILT = join(PANEL, "dist", "module.js");
const PREVIEW = join(PANEL, "host", "dist", "node", "preview-command.js");
const SET = "grafana-13";

/** What happens to the panel is given to `onNews`, in the demo's form (agent/src/cli/demo/companion.ts). */
export class PanelPreview {
  #onNews;
  #children = new Set();
  #stopped = false;
  #log;

  constructor(onNews) {
    this.#onNews = onNews;
  }

  /** Never rejects: what goes wrong is news too. `where` is what the demo says of where things run. */
  async run(where) {
    try {
      mkdirSync(dirname(LOG), { recursive: true });
      this.#log = openSync(LOG, "w");
      await this.#phase("installing its packages", async () => {
        const npm = async (parameters, directory) => ({
          status: await this.#run(npmCommand(parameters), directory),
          output: "",
        });
        const failure = await install(
          PANEL_PROJECT,
          (text) => writeSync(this.#log, `${text}\n`),
          npm,
        );
        if (failure !== undefined) throw new Error("npm ci failed");
      });
      if (!isBuilt()) {
        await this.#phase("building", () => this.#must(PANEL_BUILD, PANEL));
        // webpack leaves a file that came out the same as it was.
        utimesSync(BUILT, new Date(), new Date());
      }
      await this.#phase("building its page", () => this.#must([...HOST_BUNDLE, SET], ROOT));
      this.#tell({ kind: "ready", url: await this.#serve(where) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell({ kind: "failed", why: `it can't be shown: ${why}; see ${LOG}` });
    }
  }

  /** Ends whatever is under way. */
  stop() {
    this.#stopped = true;
    for (const child of this.#children) {
      if (child.connected) child.disconnect();
      else end(child);
    }
  }

  #tell(news) {
    if (!this.#stopped) this.#onNews(news);
  }

  async #phase(phase, work) {
    const started = performance.now();
    const tell = () => this.#tell({ kind: "under_way", phase, seconds: secondsSince(started) });
    // What is done at once is not worth a word.
    const ticking = setInterval(tell, NEWS_MILLISECONDS);
    try {
      await work();
    } finally {
      clearInterval(ticking);
    }
  }

  async #must(command, directory) {
    const status = await this.#run(command, directory);
    if (status !== 0) throw new Error("the build failed");
  }

  #run([program, ...parameters], directory) {
    if (this.#stopped) return Promise.resolve(1);
    const windows = process.platform === "win32";
    const child = spawn(program, parameters, {
      cwd: directory,
      stdio: ["ignore", this.#log, this.#log],
      // A group of its own, to end all of it: npm and webpack start others.
      detached: !windows,
      // Only npm itself is a script, which Windows runs in a shell.
      shell: windows && program === "npm",
    });
    this.#children.add(child);
    lowerPriority(child.pid);
    return new Promise((resolve) => {
      child.on("error", (error) => {
        writeSync(this.#log, `${error.message}\n`);
        resolve(1);
      });
      child.on("close", (status) => resolve(status ?? 1));
    }).finally(() => this.#children.delete(child));
  }

  /** Answers the address. The server ends with the channel, so also when this process is killed. */
  #serve({ metricsUrl, prometheusUrl, clock, workload }) {
    if (this.#stopped) throw new Error("stopped");
    const child = fork(PREVIEW, { stdio: ["ignore", this.#log, this.#log, "ipc"] });
    this.#children.add(child);
    child.send({ port: PORT, metricsUrl, prometheusUrl, clock, workload });
    return new Promise((resolve, reject) => {
      child.on("message", ({ url, failure }) => {
        if (url === undefined) reject(new Error(failure));
        else resolve(url);
      });
      child.on("error", reject);
      // Not "close": after a disconnect it never comes.
      child.on("exit", () => {
        this.#children.delete(child);
        // Too late for the promise when it had been there: then this is the news.
        reject(new Error("its server ended"));
        this.#tell({ kind: "failed", why: `its server ended; see ${LOG}` });
      });
    });
  }
}

/** Whether the built panel is as new as its sources. */
function isBuilt() {
  if (!existsSync(BUILT)) return false;
  const { mtimeMs } = statSync(BUILT);
  const sources = readdirSync(join(PANEL, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return [...sources, join(PANEL, "package-lock.json")].every(
    (file) => statSync(file).mtimeMs <= mtimeMs,
  );
}

function lowerPriority(pid) {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}

function end(child) {
  try {
    if (process.platform === "win32") child.kill();
    else if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  } catch {
    // It has ended already.
  }
}
