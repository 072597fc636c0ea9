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

/** Runs `npm ci` when the packages are missing, or older than the lock file. */
export async function ensurePackages() {
  const lock = join(ROOT, "package-lock.json");
  // npm writes this file at the end of every install.
  const installed = join(ROOT, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  const started = performance.now();
  console.log("Installing packages (npm ci); this takes half a minute or so.");
  const progress = setInterval(() => {
    console.log(`  still installing, ${inWords(secondsSince(started))} so far`);
  }, PROGRESS_SECONDS * MILLISECONDS_PER_SECOND);
  const { status, output } = await runNpm(["ci", "--no-audit", "--no-fund"]);
  clearInterval(progress);
  if (status !== 0) {
    console.error(output);
    console.error("npm ci failed; see above. Nothing can run without the packages.");
    process.exit(1);
  }
  console.log(`Packages installed in ${inWords(secondsSince(started))}.`);
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

function runNpm(parameters) {
  // Under `npm start` and `npm test` npm says where it is; otherwise it is on the path.
  const npm = process.env.npm_execpath;
  const child = npm?.endsWith(".js")
    ? spawn(process.execPath, [npm, ...parameters], { cwd: ROOT })
    : spawn("npm", parameters, { cwd: ROOT, shell: process.platform === "win32" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ status: 1, output: error.message }));
    child.on("close", (status) => resolve({ status, output }));
  });
}
