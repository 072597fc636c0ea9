import type { ForecastPoint, Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";

export function pointSnapshot(point: ForecastPoint): Json {
  return [
    point.horizonSeconds,
    point.point,
    // Before there is an interval its bounds are NaN, which JSON can't say.
    Number.isNaN(point.lower) ? null : [point.lower, point.upper],
    point.chosen,
  ];
}

export function pointFrom(reader: SnapshotReader): ForecastPoint {
  const [horizon, point, bounds, chosen] = reader.tuple(4);
  const [lower, upper] = bounds?.isNull === true ? [] : (bounds ?? reader).tuple(2);
  return {
    horizonSeconds: (horizon ?? reader).nonNegative(),
    point: (point ?? reader).nonNegative(),
    lower: lower?.nonNegative() ?? NaN,
    upper: upper?.nonNegative() ?? NaN,
    chosen: (chosen ?? reader).string(),
  };
}
