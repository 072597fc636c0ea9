import { expect, test } from "vitest";
import { CONFIG_KEYS } from "./keys.js";
import { configReference } from "./reference.js";

const reference = configReference();

test("every key has one row, with its variable, default, meaning and limits", () => {
  for (const key of CONFIG_KEYS) {
    const rows = reference.split("\n").filter((line) => line.startsWith(`| \`${key.path}\` `));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain(key.variable ?? "");
    expect(rows[0]).toContain(key.defaultValue ?? "");
    expect(rows[0]).toContain(key.limits);
    expect(key.meaning).toMatch(/\w.*\.$/);
  }
});

test("every number has limits", () => {
  const unlimited = CONFIG_KEYS.filter(
    ({ form, limits }) => /number/.test(form) && !/^-?[\d.e+]+ to [\d.e+]+/.test(limits),
  );
  expect(unlimited.map(({ path }) => path)).toEqual([]);
});

test("a row reads as documented", () => {
  const row = reference.split("\n").find((line) => line.startsWith("| `windowSeconds`")) ?? "";
  expect(row.split("|").map((cell) => cell.trim())).toEqual([
    "",
    "`windowSeconds`",
    "`PRESAGE_WINDOW_SECONDS`",
    "`10`",
    "Length of a window, in event time.",
    "1 to 300",
    "",
  ]);
});

test("columns are as wide as their widest cell, so that Prettier leaves the page as it is", () => {
  for (const section of reference.split("## ").slice(1)) {
    const rows = section.split("\n").filter((line) => line.startsWith("|"));
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  }
});
