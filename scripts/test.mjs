// `npm test`: makes everything ready, runs every check even when one fails, and sums up. The last line
// is `N passed, N failed` (and `, N skipped`): the checks and all single tests together.
//
//   npm test -- --only tests    runs the named checks only (may be given several times)
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  ensureNode,
  ensurePackages,
  ensurePrograms,
  inWords,
  ROOT,
  secondsSince,
} from "./setup.mjs";

const REPORT = join(ROOT, ".reports", "vitest.json");
const bin = (name) => join(ROOT, "node_modules", ".bin", name);

const CHECKS = [
  { name: "build", what: "types, and the build", command: [process.execPath, "scripts/build.mjs"] },
  { name: "lint", what: "eslint", command: [bin("eslint"), "."] },
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
      `--outputFile.json=${REPORT}`,
    ],
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
ensurePrograms(["prometheus", "promtool", "prometheus-alertmanager"]);
mkdirSync(join(ROOT, ".reports"), { recursive: true });
// A report of an earlier run must not speak for this one.
rmSync(REPORT, { force: true });
console.log(`Set-up took ${inWords(secondsSince(setUpStarted))}. Node ${process.versions.node}.`);

const outcomes = wanted.map((check) => {
  console.log(`\n=== ${check.name}: ${check.what}`);
  const started = performance.now();
  const [program, ...parameters] = check.command;
  const { status, error } = spawnSync(program, parameters, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (error !== undefined) console.error(error.message);
  const passed = status === 0;
  const took = inWords(secondsSince(started));
  console.log(`=== ${check.name}: ${passed ? "passed" : "FAILED"} in ${took}`);
  return { name: check.name, passed, took };
});

const tests = wanted.some(({ name }) => name === "tests") ? readReport() : noTests();
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

function noTests() {
  return { passed: 0, failedNames: [], skippedNames: [] };
}

/** Counts each test of the JSON report; a file that could not be loaded counts as a failed one. */
function readReport() {
  if (!existsSync(REPORT)) return { ...noTests(), failedNames: ["vitest wrote no report"] };
  const counts = noTests();
  for (const file of JSON.parse(readFileSync(REPORT, "utf8")).testResults) {
    const name = file.name.replace(ROOT, "");
    if (file.status === "failed" && file.assertionResults.length === 0) {
      counts.failedNames.push(`${name}: ${file.message}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === "passed") counts.passed += 1;
      else if (test.status === "failed") counts.failedNames.push(`${name}: ${test.fullName}`);
      else counts.skippedNames.push(`${name}: ${test.fullName}`);
    }
  }
  return counts;
}
