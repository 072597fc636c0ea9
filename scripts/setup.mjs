// Makes a fresh clone ready: Node, packages, build, and the programs that the tests run. Uses Node's
// own modules only, since nothing else is there yet.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const LEAST_NODE = { major: 20, minor: 19 };
const MILLISECONDS_PER_SECOND = 1000;
const PROGRESS_SECONDS = 10;

/** Seconds as people read them: `3.2 s`, `2 min 5 s`. */
export function inWords(seconds) {
  // Rounded before it is split, so that there are never 60 s beside the minutes.
  const tenths = Math.round(seconds * 10);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function secondsSince(startedMilliseconds) {
  return (performance.now() - startedMilliseconds) / MILLISECONDS_PER_SECOND;
}

/** Ends the process with a clear message when this Node is too old. */
export function ensureNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > LEAST_NODE.major || (major === LEAST_NODE.major && minor >= LEAST_NODE.minor)) return;
  console.error(
    `Presage needs Node ${LEAST_NODE.major}.${LEAST_NODE.minor} or newer; this is ${process.versions.node}. ` +
      "Get one at https://nodejs.org or with your version manager.",
  );
  process.exit(1);
}

/** Where npm projects are that are not workspaces of the root, and what each brings. */
export const PANEL = join(ROOT, "grafana-plugin");
export const PANEL_PROJECT = {
  directory: PANEL,
  what: "the panel's packages",
  about: "a minute or so",
};
const PANEL_PROJECTS = [
  PANEL_PROJECT,
  {
    directory: join(PANEL, "host", "grafana-12"),
    what: "the packages of Grafana 12",
    about: "a minute or so",
  },
];

/** Builds the panel into grafana-plugin/dist; run in PANEL. */
export const PANEL_BUILD = [
  process.execPath,
  join(PANEL, "node_modules", "webpack", "bin", "webpack.js"),
  ...["-c", "./.config/webpack/webpack.config.ts", "--env", "production"],
];

/** Bundles the page that shows the panel without Grafana; a set's name may follow. */
export const HOST_BUNDLE = [
  process.execPath,
  join(PANEL, "host", "dist", "node", "bundle-command.js"),
];

/** Installs the packages; ends the process when that can't be done, since nothing runs without them. */
export async function ensurePackages() {
  const project = { directory: ROOT, what: "packages", about: "half a minute or so" };
  const failure = await install(project, console.log);
  if (failure === undefined) return;
  console.error(failure);
  console.error("npm ci failed; see above. Nothing can run without the packages.");
  process.exit(1);
}

/** Installs the panel's own packages. When that can't be done it says so, and goes on. */
export async function ensurePanelPackages() {
  for (const project of PANEL_PROJECTS) {
    const failure = await install(project, console.log);
    if (failure === undefined) continue;
    console.error(failure);
    console.error(
      `npm ci failed for ${project.what}; see above. The checks of the panel will fail.`,
    );
  }
}

/**
 * Runs `npm ci` when the packages are missing, or older than the lock file; answers npm's words when it
 * failed, else undefined. `run` may run npm in another way, such as at a low priority.
 */
export async function install({ directory, what, about }, say, run = runNpm) {
  const lock = join(directory, "package-lock.json");
  // npm writes this file at the end of every install.
  const installed = join(directory, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs)
    return undefined;
  const started = performance.now();
  say(`Installing ${what} (npm ci); this takes ${about}.`);
  const progress = setInterval(() => {
    say(`  still installing, ${inWords(secondsSince(started))} so far`);
  }, PROGRESS_SECONDS * MILLISECONDS_PER_SECOND);
  const { status, output } = await run(["ci", "--no-audit", "--no-fund"], directory);
  clearInterval(progress);
  if (status !== 0) return output;
  say(`Installed ${what} in ${inWords(secondsSince(started))}.`);
  return undefined;
}

/** Compiles what has changed. */
export function ensureBuilt() {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, [join(ROOT, "scripts", "build.mjs")], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (status !== 0) {
    console.error("The build failed; see above.");
    process.exit(1);
  }
  console.log(`Built in ${inWords(secondsSince(started))}.`);
}

/** Debian's package for each program, and the name of its binary there. */
const DEBIAN_PACKAGES = {
  prometheus: "prometheus",
  promtool: "prometheus",
  "prometheus-alertmanager": "prometheus-alertmanager",
  amtool: "prometheus-alertmanager",
};

/**
 * Installs the programs that are missing when that needs nobody's password; otherwise says what to
 * type, and goes on: what needs them is skipped, and says so.
 */
export function ensurePrograms(names) {
  const missing = names.filter((name) => !isOnPath(name));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((name) => DEBIAN_PACKAGES[name] ?? name))];
  const command = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  const prefix = privilege();
  if (prefix !== undefined && isOnPath("apt-get")) {
    console.log(`Installing ${packages.join(" and ")} with apt-get.`);
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const [program, ...parameters] of [
      [...prefix, "apt-get", "update"],
      [...prefix, ...command],
    ]) {
      spawnSync(program, parameters, { stdio: ["ignore", "ignore", "inherit"], env: environment });
    }
  }
  const still = missing.filter((name) => !isOnPath(name));
  if (still.length > 0) {
    console.log(
      `Not installed: ${still.join(", ")}. The tests that run them are skipped. ` +
        `On Debian: sudo ${command.join(" ")}`,
    );
  }
}

export function isOnPath(name) {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What to put before a command to run it as root without a password; undefined when that can't be. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0
    ? ["sudo", "-n"]
    : undefined;
}

/** How npm is started here, with these parameters. */
export function npmCommand(parameters) {
  // Under `npm start` and `npm test` npm says where it is; otherwise it is on the path.
  const npm = process.env.npm_execpath;
  return npm?.endsWith(".js") ? [process.execPath, npm, ...parameters] : ["npm", ...parameters];
}

function runNpm(parameters, directory) {
  const [program, ...rest] = npmCommand(parameters);
  // Only npm itself is a script, which Windows runs in a shell.
  const shell = process.platform === "win32" && program === "npm";
  const child = spawn(program, rest, { cwd: directory, shell });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ status: 1, output: error.message }));
    child.on("close", (status) => resolve({ status, output }));
  });
}
