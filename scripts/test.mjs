// `npm test`: makes everything ready, runs every check even when one fails, and sums up. The last line
// is `N passed, N failed` (and `, N skipped`): the checks and all single tests together.
//
//   npm test -- --only tests    runs the named checks only (may be given several times)
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  ensureNode,
  ensurePackages,
  ensurePanelPackages,
  ensurePrograms,
  HOST_BUNDLE,
  inWords,
  PANEL,
  PANEL_BUILD,
  ROOT,
  secondsSince,
} from "./setup.mjs";

const REPORTS = join(ROOT, ".reports");
/** Each check takes a few minutes at most; one that hangs must not hang the rest. */
const LIMIT_SECONDS = 12 * 60;
const MILLISECONDS_PER_SECOND = 1000;
/** Ctrl-C, a polite `kill`, and the terminal being closed. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const bin = (name) => join(ROOT, "node_modules", ".bin", name);
const panelBin = (name) => join(PANEL, "node_modules", ".bin", name);

const CHECKS = [
  { name: "build", what: "types, and the build", command: [process.execPath, "scripts/build.mjs"] },
  {
    name: "panel-types",
    what: "types of the panel",
    command: [panelBin("tsc"), "--noEmit"],
    directory: PANEL,
  },
  {
    name: "panel-lint",
    what: "eslint of the panel",
    command: [panelBin("eslint"), "--max-warnings", "0", "."],
    directory: PANEL,
  },
  {
    name: "panel-build",
    what: "the panel as Grafana loads it",
    command: PANEL_BUILD,
    directory: PANEL,
  },
  {
    name: "panel-tests",
    what: "unit tests of the panel",
    command: [
      panelBin("jest"),
      "--maxWorkers=2",
      "--json",
      `--outputFile=${join(REPORTS, "jest.json")}`,
    ],
    directory: PANEL,
    report: "jest.json",
  },
  {
    name: "host-types",
    what: "types of the page that shows the panel without Grafana",
    command: [bin("tsc"), "--project", join("grafana-plugin", "host", "page")],
  },
  {
    name: "host-bundle",
    what: "that page, for both lines of Grafana",
    command: HOST_BUNDLE,
  },
  {
    name: "lint",
    what: "eslint", // The plugin has a configuration and a version of ESLint of its own.
    command: [bin("eslint"), "agent", "dashboards", "examples", "test", "grafana-plugin/host"],
  },
  { name: "format", what: "prettier", command: [bin("prettier"), "--check", "."] },
  {
    name: "walls",
    what: "who may import whom",
    command: [bin("depcruise"), "agent/src", "--config", ".dependency-cruiser.cjs"],
  },
  { name: "unused", what: "dead code and dependencies", command: [bin("knip")] },
  {
    name: "tests",
    what: "unit and system tests",
    command: [
      process.execPath,
      join("node_modules", "vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${join(REPORTS, "vitest.json")}`,
    ],
    report: "vitest.json",
  },
];

const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
const unknown = (values.only ?? []).filter((name) => CHECKS.every((check) => check.name !== name));
if (unknown.length > 0) {
  console.error(
    `No check is called ${unknown.join(", ")}. There are: ${CHECKS.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const wanted = CHECKS.filter(({ name }) => values.only?.includes(name) ?? true);

ensureNode();
const setUpStarted = performance.now();
await ensurePackages();
await ensurePanelPackages();
ensurePrograms(["prometheus", "promtool", "prometheus-alertmanager", "amtool", "chromium"]);
mkdirSync(REPORTS, { recursive: true });
// A report of an earlier run must not speak for this one.
for (const { report } of wanted) if (report) rmSync(join(REPORTS, report), { force: true });
console.log(`Set-up took ${inWords(secondsSince(setUpStarted))}. Node ${process.versions.node}.`);

const outcomes = [];
for (const check of wanted) {
  console.log(`\n=== ${check.name}: ${check.what}`);
  const started = performance.now();
  const passed = await run(check.command, check.directory ?? ROOT);
  const took = inWords(secondsSince(started));
  console.log(`=== ${check.name}: ${passed ? "passed" : "FAILED"} in ${took}`);
  outcomes.push({ name: check.name, passed, took });
}

const tests = { passed: 0, failedNames: [], skippedNames: [] };
for (const { name, report } of wanted) if (report) addReport(name, join(REPORTS, report), tests);
console.log("\n=== summary");
for (const { name, passed, took } of outcomes) {
  console.log(`${passed ? "passed" : "FAILED"}  ${name} (${took})`);
}
for (const name of tests.failedNames) console.log(`FAILED  ${name}`);
for (const name of tests.skippedNames) console.log(`SKIPPED ${name}: it did NOT run`);

const passed = outcomes.filter((outcome) => outcome.passed).length + tests.passed;
const failed = outcomes.filter((outcome) => !outcome.passed).length + tests.failedNames.length;
const skipped = tests.skippedNames.length;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * Runs a command to its end, or to the time limit. It has a process group of its own, because a test
 * that spins cannot be asked to stop: then its whole group is ended. Answers whether it passed.
 */
function run([program, ...parameters], directory) {
  const windows = process.platform === "win32";
  const child = spawn(program, parameters, {
    cwd: directory,
    stdio: ["ignore", "inherit", "inherit"],
    detached: !windows,
    shell: windows,
  });
  const end = (signal) => {
    if (windows) child.kill(signal);
    else if (child.pid !== undefined) process.kill(-child.pid, signal);
  };
  const limit = setTimeout(() => {
    console.error(`Not done after ${inWords(LIMIT_SECONDS)}: ended.`);
    end("SIGKILL");
  }, LIMIT_SECONDS * MILLISECONDS_PER_SECOND);
  const onSignal = (signal) => {
    end(signal);
    process.exit(1);
  };
  for (const signal of STOP_SIGNALS) process.once(signal, onSignal);
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on("close", (status) => resolve(status === 0));
  }).finally(() => {
    clearTimeout(limit);
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  });
}

/**
 * Counts each test of a JSON report, which vitest writes in jest's form; a file that could not be loaded
 * counts as a failed test.
 */
function addReport(check, file, counts) {
  if (!existsSync(file)) {
    counts.failedNames.push(`${check} wrote no report`);
    return;
  }
  for (const { name: path, status, message, assertionResults } of JSON.parse(
    readFileSync(file, "utf8"),
  ).testResults) {
    const name = path.replace(ROOT, "");
    if (status === "failed" && assertionResults.length === 0) {
      counts.failedNames.push(`${name}: ${message}`);
    }
    for (const test of assertionResults) {
      if (test.status === "passed") counts.passed += 1;
      else if (test.status === "failed") counts.failedNames.push(`${name}: ${test.fullName}`);
      else counts.skippedNames.push(`${name}: ${test.fullName}`);
    }
  }
}
