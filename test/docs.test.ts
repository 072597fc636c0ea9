import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configReference } from "../agent/dist/config/reference.js";

test("docs/configuration.md is what the schema says (`npm run docs` writes it)", () => {
  const written = readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8");
  expect(written).toBe(configReference());
});
