/**
 * What the sequence network costs at the size of a sidecar, beside TensorFlow.js in the same run.
 *
 *   node test/dist/benchmarks/lstm.js
 *
 * 128 operations and 32 units. Prints microseconds, the median of five rounds each: of a call (its
 * probabilities and the step after it, with the state carried along), of the same step in TensorFlow.js,
 * and of scoring a call by running a window of 20 calls through TensorFlow.js again. Then an epoch of
 * training with both.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { SequenceData } from "../../agent/src/core/index.js";

// The models are no part of the package's interface, so they are taken from where it was built.
const agentManifest = pathToFileURL(createRequire(import.meta.url).resolve("presage/package.json"));
const built = (file: string): string => new URL(`./dist/${file}`, agentManifest).href;
const { seededRandom } = (await import(
  built("core/index.js")
)) as typeof import("../../agent/src/core/index.js");
const { LstmKernel } = (await import(
  built("models/sequence/lstm-kernel.js")
)) as typeof import("../../agent/src/models/sequence/lstm-kernel.js");
const { newWeights } = (await import(
  built("models/sequence/lstm-weights.js")
)) as typeof import("../../agent/src/models/sequence/lstm-weights.js");
const { trainLstm } = (await import(
  built("models/sequence/lstm-trainer.js")
)) as typeof import("../../agent/src/models/sequence/lstm-trainer.js");
const { tfjsModel, trainWithTfjs } = (await import(
  built("models/sequence/tfjs-trainer.js")
)) as typeof import("../../agent/src/models/sequence/tfjs-trainer.js");
const { loadTfjs } = (await import(
  built("models/sequence/load-tfjs.js")
)) as typeof import("../../agent/src/models/sequence/load-tfjs.js");

const OPERATIONS = 128;
const UNITS = 32;
const WINDOW_CALLS = 20;
const ROUNDS = 5;
const CALLS_A_ROUND = 20_000;
const REFERENCE_CALLS_A_ROUND = 100;
/** Calls before the first round, until everything is compiled. */
const WARM_UP_SHARE = 0.5;
const TRAINING_SEQUENCES = 500;
const MICROSECONDS_PER_MILLISECOND = 1000;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The median over rounds of what one call of `work` takes, microseconds. */
function median(calls: number, work: (call: number) => void): number {
  for (let call = 0; call < calls * WARM_UP_SHARE; call += 1) work(call);
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) work(call);
    return ((performance.now() - start) / calls) * MICROSECONDS_PER_MILLISECOND;
  });
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

const random = seededRandom(1);
const weights = newWeights({ inputs: OPERATIONS, units: UNITS, outputs: OPERATIONS }, random);
const { tf, backend } = await loadTfjs();
print(`${OPERATIONS} operations, ${UNITS} units; TensorFlow.js runs on: ${backend}`);

const kernel = new LstmKernel(weights);
const state = new Float32Array(kernel.stateLength);
const probabilities = new Float64Array(OPERATIONS);
const rows = Uint16Array.from({ length: CALLS_A_ROUND }, () => Math.floor(random() * OPERATIONS));
let checksum = 0;
const own = median(CALLS_A_ROUND, (call) => {
  kernel.predict(state, probabilities);
  checksum += probabilities[rows[call] ?? 0] ?? 0;
  kernel.step(state, rows, call, 1);
});
print(`a call with our kernel: ${own.toFixed(1)} us (checksum ${checksum.toFixed(3)})`);

/** One step with the state carried along, in the operations that the layer is made of. */
const part = {
  kernel: tf.tensor2d(weights.kernel, [OPERATIONS, 4 * UNITS]),
  recurrent: tf.tensor2d(weights.recurrent, [UNITS, 4 * UNITS]),
  bias: tf.tensor1d(weights.bias),
  outputKernel: tf.tensor2d(weights.outputKernel, [UNITS, OPERATIONS]),
  outputBias: tf.tensor1d(weights.outputBias),
};
let hidden = tf.zeros([1, UNITS]);
let cell = tf.zeros([1, UNITS]);
const reference = median(REFERENCE_CALLS_A_ROUND, (call) => {
  const { nextHidden, nextCell, scores } = tf.tidy(() => {
    const input = tf.oneHot(tf.tensor1d([rows[call] ?? 0], "int32"), OPERATIONS).cast("float32");
    const gates = input.matMul(part.kernel).add(hidden.matMul(part.recurrent)).add(part.bias);
    const [i, f, c, o] = tf.split(gates, 4, 1);
    if (i === undefined || f === undefined || c === undefined || o === undefined) {
      throw new Error("four gates were expected");
    }
    const newCell = f.sigmoid().mul(cell).add(i.sigmoid().mul(c.tanh()));
    const newHidden = o.sigmoid().mul(newCell.tanh());
    const scores = newHidden.matMul(part.outputKernel).add(part.outputBias).softmax();
    return { nextHidden: newHidden, nextCell: newCell, scores };
  });
  checksum += scores.dataSync()[0] ?? 0;
  tf.dispose([hidden, cell, scores]);
  hidden = nextHidden;
  cell = nextCell;
});
print(
  `a step in TensorFlow.js, state carried: ${reference.toFixed(0)} us, ${(reference / own).toFixed(1)} times as much (at least 3 is asked)`,
);

const model = tfjsModel(tf, weights);
const window = median(REFERENCE_CALLS_A_ROUND, (call) => {
  tf.tidy(() => {
    const from = call % (CALLS_A_ROUND - WINDOW_CALLS);
    const calls = Int32Array.from(rows.subarray(from, from + WINDOW_CALLS));
    const input = tf.oneHot(tf.tensor1d(calls, "int32"), OPERATIONS).cast("float32").expandDims(0);
    const [output] = [model.predict(input)].flat();
    checksum += output?.dataSync()[0] ?? 0;
  });
});
print(
  `a window of ${WINDOW_CALLS} calls scored again: ${window.toFixed(0)} us, ${(window / own).toFixed(0)} times as much (at least 20 is asked)`,
);

const steps = TRAINING_SEQUENCES * WINDOW_CALLS;
const data: SequenceData = {
  slots: 1,
  rows: Uint16Array.from({ length: steps }, (_, i) => rows[i % rows.length] ?? 0),
  targets: Uint16Array.from({ length: steps }, (_, i) => rows[(i + 1) % rows.length] ?? 0),
  steps: new Uint32Array(TRAINING_SEQUENCES).fill(WINDOW_CALLS),
  weights: new Float32Array(TRAINING_SEQUENCES).fill(1),
};
const settings = { epochs: 1, learningRate: 0.01, batchSequences: 16, clipNorm: 1 };
const seconds: Record<string, number[]> = { ours: [], theirs: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  let start = performance.now();
  trainLstm(weights, data, { ...settings, random: seededRandom(round) });
  seconds["ours"]?.push(performance.now() - start);
  start = performance.now();
  await trainWithTfjs(tf, weights, data, { ...settings, random: seededRandom(round) });
  seconds["theirs"]?.push(performance.now() - start);
}
const [ours = NaN, theirs = NaN] = Object.values(seconds).map(
  (times) => times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)],
);
print(
  `an epoch of ${steps} calls: ${ours.toFixed(0)} ms in plain loops, ${theirs.toFixed(0)} ms in TensorFlow.js, ${(theirs / ours).toFixed(1)} times as much`,
);
