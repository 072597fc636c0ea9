import type { Call, Json, SnapshotReader } from "../../core/index.js";
import { ForgettingWeight } from "../forgetting-weight.js";
import { ArgumentShapeModel, MIN_ARGUMENT_CALLS, SHAPE_PARTS } from "./argument-shape-model.js";

/** Stands for all operations together. */
const ALL_OPERATIONS = "";
/** An operation's argument teaches the one of all operations only so long: then it speaks for itself. */
const TEACHING_CALLS = 300;
/** What one part of an unknown argument can add: it is as far out as anything may be. */
const MAX_PART = 32;

export interface ArgumentModelsOptions {
  /** Seconds of event time after which a call counts half. */
  readonly halfLifeSeconds: number;
  /** Arguments of operations kept at a time; a new one past it is judged among all operations, if known. */
  readonly maxArguments: number;
}

/** How unusual the shapes of a call's arguments are. */
export interface ShapeSurprise {
  /** The mean over the arguments that can be judged, of the bits of all their parts; NaN without any. */
  readonly bits: number;
  /** Root of the sum of squares of the parts: 0 is usual, a part at its 99% quantile adds 1. */
  readonly distance: number;
  /** The argument that is farthest out; undefined when none is. */
  readonly name: string | undefined;
}

/**
 * The shapes of arguments by operation and name, and by name alone for operations of few calls. Bounded:
 * an argument of less than half a call by now makes room for another.
 */
export class ArgumentModels {
  readonly #options: ArgumentModelsOptions;
  readonly #weight: ForgettingWeight;
  readonly #models = new Map<string, ArgumentShapeModel>();
  readonly #bits = new Float64Array(SHAPE_PARTS.length);
  /** What was said last, since a call is scored and then learned from. */
  #last: { readonly call: Call; readonly surprise: ShapeSurprise } | undefined;
  readonly #parts = new Float64Array(SHAPE_PARTS.length);
  #learnedSinceSweep = 0;

  constructor(options: ArgumentModelsOptions) {
    this.#options = options;
    this.#weight = new ForgettingWeight(options.halfLifeSeconds);
  }

  surprise(call: Call): ShapeSurprise {
    if (this.#last?.call === call) return this.#last.surprise;
    const surprise = this.#surprise(call);
    this.#last = { call, surprise };
    return surprise;
  }

  #surprise(call: Call): ShapeSurprise {
    const current = this.#weight.current;
    let judged = 0;
    let bits = 0;
    let squares = 0;
    let farthest = 0;
    let name: string | undefined;
    for (const shape of call.argumentShapes) {
      const model = this.#judge(call.operation, shape.name);
      if (model === undefined) continue;
      judged += 1;
      model.bits(shape, current, this.#bits);
      model.normalized(this.#bits, this.#parts);
      let own = 0;
      for (let part = 0; part < SHAPE_PARTS.length; part += 1) {
        bits += this.#bits[part] ?? 0;
        own += Math.min(MAX_PART, this.#parts[part] ?? 0) ** 2;
      }
      squares += own;
      if (own > farthest) {
        farthest = own;
        name = shape.name;
      }
    }
    return { bits: judged === 0 ? NaN : bits / judged, distance: Math.sqrt(squares), name };
  }

  learn(call: Call): void {
    if (call.argumentShapes.length === 0) return;
    this.#last = undefined;
    const weight = this.#weight.at(call.timeSeconds, this.#rescale);
    if (weight === 0) return; // Older than can be weighed.
    const current = this.#weight.current;
    for (const shape of call.argumentShapes) {
      this.#learnedSinceSweep += 1;
      const own = this.#open(keyOf(call.operation, shape.name));
      const isYoung = (own?.calls(current) ?? 0) < TEACHING_CALLS;
      const shared = isYoung ? this.#open(keyOf(ALL_OPERATIONS, shape.name)) : undefined;
      for (const model of [own, shared]) {
        if (model === undefined) continue;
        const canSay = model.calls(current) >= MIN_ARGUMENT_CALLS;
        if (canSay) model.bits(shape, current, this.#bits);
        model.learn(shape, weight, canSay ? this.#bits : undefined);
      }
    }
  }

  snapshot(): Json {
    return {
      referenceSeconds: this.#weight.referenceSeconds ?? null,
      currentWeight: this.#weight.current,
      learnedSinceSweep: this.#learnedSinceSweep,
      models: [...this.#models].map(([key, model]) => [key, model.snapshot()]),
    };
  }

  /** Throws a TypeError that names the field; what was learned before stays as it was then. */
  restore(reader: SnapshotReader): void {
    const reference = reader.field("referenceSeconds");
    const referenceSeconds = reference.isNull ? undefined : reference.number();
    const currentWeight = reader.field("currentWeight").nonNegative();
    const learnedSinceSweep = reader.field("learnedSinceSweep").count();
    const models = reader
      .field("models")
      .items(this.#options.maxArguments)
      .map((item): [string, ArgumentShapeModel] => {
        const [key, model] = item.tuple(2);
        return [(key ?? item).string(), ArgumentShapeModel.restore(model ?? item)];
      });
    this.#weight.restore(referenceSeconds, currentWeight);
    this.#learnedSinceSweep = learnedSinceSweep;
    this.#last = undefined;
    this.#models.clear();
    for (const [key, model] of models) this.#models.set(key, model);
  }

  /** The operation's own when it has seen enough, else that of all operations, else none. */
  #judge(operation: string, name: string): ArgumentShapeModel | undefined {
    const current = this.#weight.current;
    const own = this.#models.get(keyOf(operation, name));
    if (own !== undefined && own.calls(current) >= MIN_ARGUMENT_CALLS) return own;
    const shared = this.#models.get(keyOf(ALL_OPERATIONS, name));
    return shared !== undefined && shared.calls(current) >= MIN_ARGUMENT_CALLS ? shared : undefined;
  }

  #open(key: string): ArgumentShapeModel | undefined {
    const known = this.#models.get(key);
    if (known !== undefined) return known;
    if (this.#models.size >= this.#options.maxArguments && !this.#makeRoom()) return undefined;
    const created = new ArgumentShapeModel();
    this.#models.set(key, created);
    return created;
  }

  #makeRoom(): boolean {
    // A sweep looks at every model, so it may happen only once in as many arguments.
    if (this.#learnedSinceSweep < this.#options.maxArguments) return false;
    this.#learnedSinceSweep = 0;
    for (const [key, model] of this.#models) {
      if (model.calls(this.#weight.current) < 0.5) this.#models.delete(key);
    }
    return this.#models.size < this.#options.maxArguments;
  }

  readonly #rescale = (factor: number): void => {
    for (const [key, model] of this.#models) {
      model.rescale(factor);
      if (model.calls(1) === 0) this.#models.delete(key);
    }
  };
}

/** No method or path has a line break: keys of two pairs never meet. */
function keyOf(operation: string, name: string): string {
  return `${operation}\n${name}`;
}
