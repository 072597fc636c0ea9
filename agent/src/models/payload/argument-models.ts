import type { ArgumentShape, Call, Json, SnapshotReader } from "../../core/index.js";
import { ForgettingWeight } from "../forgetting-weight.js";
import { ArgumentShapeModel, MIN_ARGUMENT_CALLS, SHAPE_PARTS } from "./argument-shape-model.js";

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

/** How unusual the shapes of a call's arguments are. Overwritten when the next call is judged. */
export interface ShapeSurprise {
  /** The mean over the arguments that can be judged, of the bits of all their parts; NaN without any. */
  bits: number;
  /** Root of the sum of squares of the parts: 0 is usual, a part at its 99% quantile adds 1. */
  distance: number;
  /** The argument that is farthest out; undefined when none is. */
  name: string | undefined;
}

/**
 * The shapes of arguments by operation and name, and by name alone for operations of few calls. Bounded:
 * an argument of less than half a call by now makes room for another.
 */
export class ArgumentModels {
  readonly #options: ArgumentModelsOptions;
  readonly #weight: ForgettingWeight;
  /** By operation, then by name. */
  readonly #operations = new Map<string, Map<string, ArgumentShapeModel>>();
  /** Of all operations together, by name. */
  readonly #shared = new Map<string, ArgumentShapeModel>();
  #size = 0;
  /** What was said last, since a call is scored and then learned from. */
  #call: Call | undefined;
  readonly #surprise: ShapeSurprise = { bits: NaN, distance: 0, name: undefined };
  /** Which model judged each argument of that call, and its bits, part by part. */
  readonly #judges: (ArgumentShapeModel | undefined)[] = [];
  #judgedBits: Float64Array = new Float64Array(SHAPE_PARTS.length);
  readonly #bits = new Float64Array(SHAPE_PARTS.length);
  #learnedSinceSweep = 0;

  constructor(options: ArgumentModelsOptions) {
    this.#options = options;
    this.#weight = new ForgettingWeight(options.halfLifeSeconds);
  }

  surprise(call: Call): ShapeSurprise {
    if (this.#call !== call) {
      this.#judge(call);
      this.#call = call;
    }
    return this.#surprise;
  }

  learn(call: Call): void {
    if (call.argumentShapes.length === 0) return;
    const isJudged = this.#call === call;
    this.#call = undefined;
    const weight = this.#weight.at(call.timeSeconds, this.#rescale);
    if (weight === 0) return; // Older than can be weighed.
    const current = this.#weight.current;
    // By index: this runs for each call.
    for (let at = 0; at < call.argumentShapes.length; at += 1) {
      const shape = call.argumentShapes[at];
      if (shape === undefined) continue;
      this.#learnedSinceSweep += 1;
      const judge = isJudged ? this.#judges[at] : undefined;
      const own = this.#own(call.operation, shape.name);
      const isYoung = (own?.calls(current) ?? 0) < TEACHING_CALLS;
      if (own !== undefined) this.#teach(own, shape, weight, judge, at);
      const shared = isYoung ? this.#sharedOf(shape.name) : undefined;
      if (shared !== undefined) this.#teach(shared, shape, weight, judge, at);
    }
  }

  snapshot(): Json {
    return {
      referenceSeconds: this.#weight.referenceSeconds ?? null,
      currentWeight: this.#weight.current,
      learnedSinceSweep: this.#learnedSinceSweep,
      shared: [...this.#shared].map(([name, model]) => [name, model.snapshot()]),
      operations: [...this.#operations].map(([operation, models]) => [
        operation,
        [...models].map(([name, model]) => [name, model.snapshot()]),
      ]),
    };
  }

  /** Throws a TypeError that names the field; what was learned before stays as it was then. */
  restore(reader: SnapshotReader): void {
    const { maxArguments } = this.#options;
    const reference = reader.field("referenceSeconds");
    const referenceSeconds = reference.isNull ? undefined : reference.number();
    const currentWeight = reader.field("currentWeight").nonNegative();
    const learnedSinceSweep = reader.field("learnedSinceSweep").count();
    const shared = modelsFrom(reader.field("shared"), maxArguments);
    const operations = new Map<string, Map<string, ArgumentShapeModel>>();
    let size = shared.size;
    for (const item of reader.field("operations").items(maxArguments)) {
      const [operation = item, models = item] = item.tuple(2);
      const restored = modelsFrom(models, maxArguments - size);
      operations.set(operation.string(), restored);
      size += restored.size;
    }
    this.#weight.restore(referenceSeconds, currentWeight);
    this.#learnedSinceSweep = learnedSinceSweep;
    this.#call = undefined;
    this.#size = size;
    this.#shared.clear();
    for (const [name, model] of shared) this.#shared.set(name, model);
    this.#operations.clear();
    for (const [operation, models] of operations) this.#operations.set(operation, models);
  }

  /** By the operation's own model when it has seen enough, else by that of all operations, else by none. */
  #judge(call: Call): void {
    const { argumentShapes } = call;
    const parts = SHAPE_PARTS.length;
    if (this.#judgedBits.length < argumentShapes.length * parts) {
      this.#judgedBits = new Float64Array(argumentShapes.length * parts);
    }
    const current = this.#weight.current;
    const models = this.#operations.get(call.operation);
    let judged = 0;
    let bits = 0;
    let squares = 0;
    let farthest = 0;
    let name: string | undefined;
    for (let at = 0; at < argumentShapes.length; at += 1) {
      const shape = argumentShapes[at];
      if (shape === undefined) continue;
      const model =
        speaking(models?.get(shape.name), current) ??
        speaking(this.#shared.get(shape.name), current);
      this.#judges[at] = model;
      if (model === undefined) continue;
      judged += 1;
      model.bits(shape, current, this.#judgedBits, at * parts);
      for (let part = 0; part < parts; part += 1) bits += this.#judgedBits[at * parts + part] ?? 0;
      const own = model.squaredDistance(this.#judgedBits, at * parts, MAX_PART);
      squares += own;
      if (own > farthest) {
        farthest = own;
        name = shape.name;
      }
    }
    this.#surprise.bits = judged === 0 ? NaN : bits / judged;
    this.#surprise.distance = Math.sqrt(squares);
    this.#surprise.name = name;
  }

  /** What the model said of the shape goes into its scale first: said before, or now. */
  #teach(
    model: ArgumentShapeModel,
    shape: ArgumentShape,
    weight: number,
    judge: ArgumentShapeModel | undefined,
    at: number,
  ): void {
    const { current } = this.#weight;
    if (model === judge) {
      model.learnScale(this.#judgedBits, at * SHAPE_PARTS.length, weight);
    } else if (model.calls(current) >= MIN_ARGUMENT_CALLS) {
      model.bits(shape, current, this.#bits, 0);
      model.learnScale(this.#bits, 0, weight);
    }
    model.learn(shape, weight);
  }

  #own(operation: string, name: string): ArgumentShapeModel | undefined {
    const known = this.#operations.get(operation)?.get(name);
    if (known !== undefined) return known;
    if (!this.#hasRoom()) return undefined;
    let models = this.#operations.get(operation);
    if (models === undefined) {
      models = new Map();
      this.#operations.set(operation, models);
    }
    return this.#create(models, name);
  }

  #sharedOf(name: string): ArgumentShapeModel | undefined {
    const known = this.#shared.get(name);
    if (known !== undefined) return known;
    return this.#hasRoom() ? this.#create(this.#shared, name) : undefined;
  }

  #create(models: Map<string, ArgumentShapeModel>, name: string): ArgumentShapeModel {
    const created = new ArgumentShapeModel();
    models.set(name, created);
    this.#size += 1;
    return created;
  }

  #hasRoom(): boolean {
    const { maxArguments } = this.#options;
    if (this.#size < maxArguments) return true;
    // A sweep looks at every model, so it may happen only once in as many arguments.
    if (this.#learnedSinceSweep < maxArguments) return false;
    this.#learnedSinceSweep = 0;
    this.#forget((model) => model.calls(this.#weight.current) < 0.5);
    return this.#size < maxArguments;
  }

  #forget(isForgotten: (model: ArgumentShapeModel) => boolean): void {
    this.#size = 0;
    for (const models of [this.#shared, ...this.#operations.values()]) {
      for (const [name, model] of models) if (isForgotten(model)) models.delete(name);
      this.#size += models.size;
    }
    for (const [operation, models] of this.#operations) {
      if (models.size === 0) this.#operations.delete(operation);
    }
  }

  readonly #rescale = (factor: number): void => {
    this.#forget((model) => {
      model.rescale(factor);
      return model.calls(1) === 0;
    });
  };
}

function speaking(
  model: ArgumentShapeModel | undefined,
  current: number,
): ArgumentShapeModel | undefined {
  return model !== undefined && model.calls(current) >= MIN_ARGUMENT_CALLS ? model : undefined;
}

function modelsFrom(reader: SnapshotReader, most: number): Map<string, ArgumentShapeModel> {
  const models = new Map<string, ArgumentShapeModel>();
  for (const item of reader.items(Math.max(0, most))) {
    const [name = item, model = item] = item.tuple(2);
    models.set(name.string(), ArgumentShapeModel.restore(model));
  }
  return models;
}
