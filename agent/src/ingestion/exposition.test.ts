import fc from "fast-check";
import { Counter, Histogram, Registry } from "prom-client";
import { describe, expect, test } from "vitest";

import { ExpositionError, sumSamples } from "./exposition.js";

const sums = (text: string, ...names: string[]) =>
  Object.fromEntries(sumSamples(text, new Set(names)));

describe("sumSamples", () => {
  test("adds up the label sets of the names it is asked for", () => {
    const text = [
      '# HELP a_total Some help with { and " in it.',
      "# TYPE a_total counter",
      'a_total{code="200",path="a}b\\"c\\\\,\\n"} 1.5',
      'a_total{code="500",} 2e1 1700000000000',
      "a_total 3",
      "a_total_other 99",
      "",
      "  ",
      'b{ le = "x" } 1'.replace(" = ", "="),
    ].join("\n");
    expect(sums(text, "a_total", "b", "absent")).toEqual({ a_total: 24.5, b: 1 });
  });

  test("reads OpenMetrics too: exemplars, times, the end mark", () => {
    const text = 'a_bucket{le="+Inf"} 17 1.5e9 # {trace_id="x"} 0.67 1.5e9\n# EOF\n';
    expect(sums(text, "a_bucket")).toEqual({ a_bucket: 17 });
  });

  test("what is not finite is unknown, not a number", () => {
    expect(sums('a{x="1"} NaN\na{x="2"} 1\nb +Inf\nc -Inf\nd 0\n', "a", "b", "c", "d")).toEqual({
      d: 0,
    });
  });

  test("reads what prom-client writes", async () => {
    const registry = new Registry();
    const calls = new Counter({
      name: "calls_total",
      help: "x",
      labelNames: ["path"],
      registers: [registry],
    });
    calls.inc({ path: 'a"b\\c\nd' }, 2);
    calls.inc({ path: "é" }, 3);
    const seconds = new Histogram({ name: "seconds", help: "x", registers: [registry] });
    seconds.observe(0.25);
    seconds.observe(0.5);
    expect(sums(await registry.metrics(), "calls_total", "seconds_sum", "seconds_count")).toEqual({
      calls_total: 5,
      seconds_sum: 0.75,
      seconds_count: 2,
    });
  });

  test.each([
    ["<html>", "a metric name"],
    ["a", "a value"],
    ["a{", "a label name or '}'"],
    ["a{b}", "'=' after a label name"],
    ["a{b=c} 1", "a quoted label value"],
    ['a{b="c\\x"} 1', "a quoted label value"],
    ['a{b="c"d="e"} 1', "',' or '}' after a label"],
    ['a{b="c"}1', "a blank before the value"],
    ["a one", "a number"],
    ["a 0x10", "a number"],
    ["a 1 2 3", "a value"],
  ])("refuses %s and names the line", (line, expected) => {
    expect(() => sums(`ok 1\n${line}\n`, "ok")).toThrow(
      new ExpositionError(`line 2: expected ${expected}`),
    );
  });

  test("arbitrary text is read or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          expect(sumSamples(text, new Set()).size).toBe(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
        }
      }),
    );
  });
});
