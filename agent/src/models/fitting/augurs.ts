import { AutoETS, initSync as initEts } from "@bsull/augurs/ets";
import { initSync as initMstl, MSTL } from "@bsull/augurs/mstl";
import type { ProphetNeeds } from "../../core/index.js";
import { ProphetFitter } from "./prophet.js";

/** The bytes of augurs' WebAssembly modules: models may not read files, so they come from outside. */
export interface AugursWasm {
  readonly prophet: Uint8Array<ArrayBuffer>;
  readonly ets: Uint8Array<ArrayBuffer>;
  readonly mstl: Uint8Array<ArrayBuffer>;
}

/** Fewer values, and augurs has "not enough data" to find a model. */
const MIN_SERIES_LENGTH = 12;

/** augurs could not do it. `aborted` means that its module must not be used any more. */
export class AugursError extends Error {
  readonly aborted: boolean;

  constructor(message: string, aborted: boolean) {
    super(message);
    this.name = "AugursError";
    this.aborted = aborted;
  }
}

/**
 * The part of augurs (forecasts by Grafana Labs, in WebAssembly) that is used, behind
 * checks. One NaN makes augurs abort its module, so that nothing but finite numbers may come near it;
 * still, an abort is reported as such, since a module can't be instantiated twice in one thread.
 *
 * Every method throws an AugursError when the series is too short, not finite, or has no model.
 */
export class Augurs {
  readonly #prophetWasm: Uint8Array<ArrayBuffer>;
  #prophet: ProphetFitter | undefined;

  constructor(wasm: AugursWasm) {
    this.#prophetWasm = wasm.prophet;
    initEts({ module: wasm.ets });
    initMstl({ module: wasm.mstl });
  }

  /**
   * The point forecasts of the best exponential smoothing model without season, by AICc. Source: Hyndman
   * and Khandakar, "Automatic Time Series Forecasting: The forecast Package for R", JSS 27(3), 2008.
   * Errors are additive: a rate may be zero, where multiplicative ones are not defined.
   */
  ets(series: Float64Array, horizonSteps: number): Float64Array {
    assertUsable(series);
    return forecastOf(() => new AutoETS(1, "AZN"), series, horizonSteps);
  }

  /** Prophet comes with a module that can't be loaded at once: what asks for `prophet` waits for this. */
  async loadProphet(): Promise<void> {
    this.#prophet ??= await ProphetFitter.load(this.#prophetWasm);
  }

  /** The point forecasts of Prophet (see ProphetFitter), which must have been loaded. */
  prophet(series: Float64Array, horizonSteps: number, needs: ProphetNeeds): Float64Array {
    assertUsable(series);
    return guarded(() => {
      if (this.#prophet === undefined) throw new AugursError("Prophet is not loaded", false);
      return checked(this.#prophet.path(series, horizonSteps, needs), horizonSteps);
    });
  }

  /**
   * The point forecasts of a seasonal-trend decomposition whose trend is an exponential smoothing model.
   * Source: Bandara, Hyndman and Bergmeir, "MSTL: A Seasonal-Trend Decomposition Algorithm for Time
   * Series with Multiple Seasonal Patterns", IJOR, 2022.
   */
  mstl(series: Float64Array, horizonSteps: number, seasonSteps: number): Float64Array {
    assertUsable(series);
    if (series.length < 2 * seasonSteps) throw new AugursError("less than two seasons", false);
    return forecastOf(() => MSTL.ets(Uint32Array.of(seasonSteps)), series, horizonSteps);
  }
}

interface Forecaster {
  fit(series: Float64Array): void;
  predict(horizonSteps: number): { point: number[] };
  free(): void;
}

function forecastOf(
  create: () => Forecaster,
  series: Float64Array,
  horizonSteps: number,
): Float64Array {
  return guarded(() => {
    const model = create();
    try {
      model.fit(series);
      return checked(Float64Array.from(model.predict(horizonSteps).point), horizonSteps);
    } finally {
      model.free();
    }
  });
}

function checked(path: Float64Array, horizonSteps: number): Float64Array {
  if (path.length !== horizonSteps || !path.every(Number.isFinite)) {
    throw new AugursError("the forecast is not finite", false);
  }
  return path;
}

function assertUsable(series: Float64Array): void {
  if (series.length < MIN_SERIES_LENGTH) {
    throw new AugursError(`fewer than ${MIN_SERIES_LENGTH} values`, false);
  }
  if (!series.every(Number.isFinite)) throw new AugursError("values that are not finite", false);
}

/** augurs throws Errors for what it can't do, and traps (a panic) when it breaks. */
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof AugursError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const aborted = error instanceof Error && error.name === "RuntimeError";
    throw new AugursError(aborted ? `augurs aborted: ${message}` : message, aborted);
  }
}
