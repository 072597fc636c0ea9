import { describe, expect, it } from "vitest";
import { alignedRange, framesOf, type PrometheusAnswer } from "./prometheus-frames.js";

const QUERY = { refId: "observed", expr: "presage_observed_calls_per_second" };
const LABELS = { __name__: QUERY.expr, workload: "shop", segment: "all" };

function matrix(values: readonly (readonly [number, string])[]): PrometheusAnswer {
  return {
    status: "success",
    data: { resultType: "matrix", result: [{ metric: LABELS, values }] },
  };
}

describe("frames of a range query", () => {
  it("are one for each series, with the labels at the value", () => {
    const [frame, ...others] = framesOf(matrix([[100, "1.5"]]), QUERY, 15);
    expect(others).toEqual([]);
    expect(frame?.refId).toBe("observed");
    expect(frame?.fields).toEqual([
      { name: "Time", type: "time", values: [100_000], config: { interval: 15_000 } },
      {
        name: "Value",
        type: "number",
        values: [1.5],
        labels: LABELS,
        config: {
          displayNameFromDS: 'presage_observed_calls_per_second{segment="all", workload="shop"}',
        },
      },
    ]);
  });

  it("keep what is not a finite number", () => {
    const [frame] = framesOf(
      matrix([
        [1, "NaN"],
        [2, "+Inf"],
        [3, "-Inf"],
      ]),
      QUERY,
      1,
    );
    expect(frame?.fields[1]?.values).toEqual([NaN, Infinity, -Infinity]);
  });

  it("can be brought to another clock, as whole milliseconds", () => {
    // 10 s after 1,000 s on the machine are 130 s at thirteen times the pace: 2,130 s.
    const timeOf = (seconds: number): number => 2000 + (seconds - 1000) * 13;
    const [frame] = framesOf(matrix([[1010.0001, "1"]]), QUERY, 1, timeOf);
    expect(frame?.fields[0]?.values).toEqual([2_130_001]);
  });

  it("is none when nothing answers to the query", () => {
    expect(
      framesOf({ status: "success", data: { resultType: "matrix", result: [] } }, QUERY, 1),
    ).toEqual([]);
  });
});

describe("frames of an instant query", () => {
  it("have one row each", () => {
    const answer: PrometheusAnswer = {
      status: "success",
      data: { resultType: "vector", result: [{ metric: LABELS, value: [7, "3"] }] },
    };
    const [frame] = framesOf(answer, { ...QUERY, instant: true }, 15);
    expect(frame?.fields.map(({ values }) => values)).toEqual([[7000], [3]]);
    expect(frame?.meta).toMatchObject({ type: "numeric-multi" });
  });

  it("of a number are one without labels, called by its expression", () => {
    const answer: PrometheusAnswer = {
      status: "success",
      data: { resultType: "scalar", result: [7, "3"] },
    };
    const [frame] = framesOf(answer, { refId: "A", expr: "1 + 2", instant: true }, 15);
    expect(frame).toMatchObject({ name: "1 + 2", fields: [{}, { labels: {}, values: [3] }] });
  });
});

describe("an answer that is none", () => {
  it("is an error with the data source's words", () => {
    const answer: PrometheusAnswer = { status: "error", error: "parse error: unexpected end" };
    expect(() => framesOf(answer, QUERY, 1)).toThrow("parse error: unexpected end");
  });
});

describe("the range", () => {
  it("begins and ends at whole steps", () => {
    // 1,000 s is 66 steps of 15 s and 10 s; 1,100 s is 73 steps and 5 s.
    expect(alignedRange({ fromMs: 1_000_000, toMs: 1_100_000 }, 15)).toEqual({
      startSeconds: 990,
      endSeconds: 1095,
    });
  });
});
