import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryDirectory } from "./harness/agent-process.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";

const COMPOSE_FILE = join(PROJECT_ROOT, "docker-compose.yml");
const LINTER_CONFIG = join(PROJECT_ROOT, "deploy", "docker", "dclint.yaml");
const require = createRequire(import.meta.url);
const LINTER = dirname(require.resolve("dclint/package.json"));

const text = readFileSync(COMPOSE_FILE, "utf8");

describe("the schema of the Compose specification", () => {
  // It calls its dialect by an address that Ajv does not know, uses formats of its own, and its
  // `duration` (`1m30s`) is not that of JSON Schema.
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false });
  // dclint brings it.
  const schema = readFileSync(join(LINTER, "schemas", "compose.schema.json"), "utf8");
  const valid = ajv.compile(JSON.parse(schema) as object);

  it("has no complaint about docker-compose.yml", () => {
    valid(parse(text, { merge: true }));
    expect(valid.errors ?? []).toEqual([]);
  });

  it.each([
    ["an unknown key", "services: { a: { image: b, imagee: c } }"],
    ["a secret that is no mapping", "secrets: { a: b }"],
    // A regression: `? 0 : 1` without quotes makes a mapping of the text.
    ["a check that is a mapping", "services: { a: { healthcheck: { test: [CMD, { b: c }] } } }"],
  ])("finds %s", (_name, wrong) => {
    expect(valid(parse(wrong))).toBe(false);
  });
});

describe("dclint", () => {
  it("finds nothing but what its configuration gives a reason for", () => {
    expect(findings(COMPOSE_FILE)).toEqual([]);
  });

  it("would find a port that is open to everybody", async () => {
    const directory = await temporaryDirectory();
    try {
      const open = join(directory.path, "docker-compose.yml");
      await writeFile(open, text.replace('"127.0.0.1:9090:9090"', '"9090:9090"'));
      expect(findings(open)).toEqual([
        expect.objectContaining({ rule: "no-unbound-port-interfaces" }),
      ]);
    } finally {
      await directory.remove();
    }
  });
});

/** Errors and warnings, by the command that deploy/docker/dclint.yaml names. */
function findings(file: string): readonly unknown[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(LINTER, "bin", "dclint.cjs"), "-c", LINTER_CONFIG, "--formatter", "json", file],
    { encoding: "utf8" },
  );
  expect(stderr).toBe("");
  // One entry for each file.
  const results = JSON.parse(stdout) as readonly { readonly messages: readonly unknown[] }[];
  expect(results).toHaveLength(1);
  return results.flatMap(({ messages }) => messages);
}
