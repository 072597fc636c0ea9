import type * as Tensorflow from "@tensorflow/tfjs";
import type { NetworkWeights, SequenceData } from "../../core/index.js";
import { prepared, resultOf, type SequenceJob, type SequenceResult } from "./sequence-job.js";
import { batchesOf, type Batch, type TrainingSettings } from "./lstm-trainer.js";
import { PARTS } from "./lstm-weights.js";

export type TensorflowModule = typeof Tensorflow;

/** A layer is made of a kernel, a recurrent kernel and a bias; then the dense layer's two. */
type LayersModel = Tensorflow.LayersModel;

/**
 * The same network in TensorFlow.js: rows as a vector of counts (the WebAssembly backend has no gradient
 * for an embedding), an LSTM with a sigmoid as recurrent activation, and a dense softmax.
 */
export function tfjsModel(tf: TensorflowModule, weights: NetworkWeights): LayersModel {
  const input = tf.input({ shape: [null, weights.inputs] });
  const lstm = tf.layers.lstm({
    units: weights.units,
    returnSequences: true,
    recurrentActivation: "sigmoid",
    unitForgetBias: false,
    // They are set below; drawing orthogonal ones takes long.
    recurrentInitializer: "zeros",
  });
  const dense = tf.layers.dense({ units: weights.outputs, activation: "softmax" });
  const model = tf.model({
    inputs: input,
    outputs: dense.apply(lstm.apply(input)) as Tensorflow.SymbolicTensor,
  });
  const { inputs, units, outputs } = weights;
  const shapes: [number, number?][] = [
    [inputs, 4 * units],
    [units, 4 * units],
    [4 * units],
    [units, outputs],
    [outputs],
  ];
  const tensors = PARTS.map((part, index) =>
    tf.tensor(weights[part], (shapes[index] ?? []) as number[]),
  );
  model.setWeights(tensors);
  tf.dispose(tensors);
  return model;
}

/** The weights of such a model, in the layout of ours. */
function weightsOfModel(model: LayersModel, shape: NetworkWeights): NetworkWeights {
  const [kernel, recurrent, bias, outputKernel, outputBias] = model
    .getWeights()
    .map((tensor) => Float32Array.from(tensor.dataSync()));
  const none = new Float32Array();
  return {
    inputs: shape.inputs,
    units: shape.units,
    outputs: shape.outputs,
    kernel: kernel ?? none,
    recurrent: recurrent ?? none,
    bias: bias ?? none,
    outputKernel: outputKernel ?? none,
    outputBias: outputBias ?? none,
  };
}

/**
 * Trains with TensorFlow.js: the reference that the tests compare `trainLstm` with, and the faster way
 * for networks so large that the kernels cost more to run than to call. Batches, loss, clipping and Adam
 * are the same; sequences are padded to the longest of their batch, and the gradient is not truncated.
 * There is no dropout: masks of two programs can't be the same.
 */
export async function trainWithTfjs(
  tf: TensorflowModule,
  start: NetworkWeights,
  data: SequenceData,
  settings: TrainingSettings,
): Promise<NetworkWeights> {
  const model = tfjsModel(tf, start);
  try {
    // The rate is set anew before each batch, as ours is.
    const optimizer = tf.train.adam(settings.learningRate);
    const rate = optimizer as unknown as { learningRate: number };
    for (const batch of batchesOf(data, settings)) {
      rate.learningRate = batch.learningRate;
      batch.done(trainBatch(tf, model, optimizer, start, data, batch, settings.clipNorm));
      // Other work of this thread gets its turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    optimizer.dispose();
    return weightsOfModel(model, start);
  } finally {
    model.dispose();
  }
}

/** A job trained with TensorFlow.js, measured as one that is trained in plain loops. */
export async function runSequenceJobWithTfjs(
  tf: TensorflowModule,
  job: SequenceJob,
  epochDone?: TrainingSettings["epochDone"],
): Promise<SequenceResult> {
  const { data, settings } = prepared(job, epochDone);
  return resultOf(job, data, await trainWithTfjs(tf, job.start, data, settings));
}

function trainBatch(
  tf: TensorflowModule,
  model: LayersModel,
  optimizer: Tensorflow.AdamOptimizer,
  shape: NetworkWeights,
  data: SequenceData,
  batch: Batch,
  clipNorm: number,
): number {
  return tf.tidy(() => {
    const { inputs, targets, weights } = padded(tf, shape, data, batch);
    const { value, grads } = tf.variableGrads(() => {
      const probabilities = model.apply(inputs, { training: true }) as Tensorflow.Tensor3D;
      const chosen = probabilities.mul(targets).sum(-1);
      // Where nothing counts, the probability of nothing is 0, whose logarithm must not be taken.
      const loss = chosen.add(weights.equal(0).cast("float32")).log().neg();
      return loss.mul(weights).sum<Tensorflow.Scalar>();
    });
    const squares = Object.values(grads).map((gradient) => gradient.square().sum().dataSync()[0]);
    const norm = Math.sqrt(squares.reduce<number>((sum, square) => sum + (square ?? 0), 0));
    const scale = norm > clipNorm ? clipNorm / norm : 1;
    optimizer.applyGradients(
      Object.entries(grads).map(([name, gradient]) => ({
        name,
        tensor: scale === 1 ? gradient : gradient.mul(scale),
      })),
    );
    return value.dataSync()[0] ?? NaN;
  });
}

/** [sequences][steps][..] with zeros behind the end of shorter sequences. */
function padded(
  tf: TensorflowModule,
  shape: NetworkWeights,
  data: SequenceData,
  batch: Batch,
): { inputs: Tensorflow.Tensor3D; targets: Tensorflow.Tensor3D; weights: Tensorflow.Tensor2D } {
  const count = batch.sequences.length;
  const longest = batch.sequences.reduce((most, { steps }) => Math.max(most, steps), 1);
  const inputs = tf.buffer([count, longest, shape.inputs]);
  const targets = tf.buffer([count, longest, shape.outputs]);
  const weights = tf.buffer([count, longest]);
  for (const [index, { from, steps, weight }] of batch.sequences.entries()) {
    for (let step = 0; step < steps; step += 1) {
      for (let slot = 0; slot < data.slots; slot += 1) {
        const row = data.rows[(from + step) * data.slots + slot] ?? 0;
        inputs.set(inputs.get(index, step, row) + 1, index, step, row);
      }
      targets.set(1, index, step, data.targets[from + step] ?? 0);
      weights.set(weight / batch.weight, index, step);
    }
  }
  return {
    inputs: inputs.toTensor() as Tensorflow.Tensor3D,
    targets: targets.toTensor() as Tensorflow.Tensor3D,
    weights: weights.toTensor() as Tensorflow.Tensor2D,
  };
}
