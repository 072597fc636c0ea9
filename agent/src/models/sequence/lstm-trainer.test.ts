import { describe, expect, it } from "vitest";
import { seededRandom, type NetworkWeights } from "../../core/index.js";
import { loadTfjs } from "./load-tfjs.js";
import { LstmKernel } from "./lstm-kernel.js";
import { trainLstm, type TrainingSettings } from "./lstm-trainer.js";
import { newWeights, PARTS } from "./lstm-weights.js";
import { chains } from "./sequence-data.fixture.js";
import { runSequenceJobWithTfjs, tfjsModel, trainWithTfjs } from "./tfjs-trainer.js";

const SHAPE = { inputs: 9, units: 8, outputs: 7 };
/** The second symbol depends on the one two steps before: 0 3 then 4, but 1 3 then 5. */
const DATA = chains([
  [0, 3, 4, 6],
  [1, 3, 5, 6],
  [0, 3, 4, 2, 6],
  [1, 3, 5, 2, 2, 6],
]);

function settings(changes: Partial<TrainingSettings> = {}): TrainingSettings {
  return {
    epochs: 1,
    learningRate: 0.01,
    batchSequences: 2,
    clipNorm: Infinity,
    random: seededRandom(5),
    ...changes,
  };
}

function largestDifference(a: NetworkWeights, b: NetworkWeights): number {
  return Math.max(
    ...PARTS.flatMap((part) =>
      [...a[part]].map((value, index) => Math.abs(value - (b[part][index] ?? NaN))),
    ),
  );
}

describe("trainLstm", () => {
  it("learns what a chain of order 1 can't", () => {
    const trained = trainLstm(
      newWeights(SHAPE, seededRandom(1)),
      DATA,
      settings({ epochs: 150, learningRate: 0.05, clipNorm: 1 }),
    );
    const kernel = new LstmKernel(trained);
    const probabilities = new Float64Array(SHAPE.outputs);
    const state = new Float32Array(kernel.stateLength);
    kernel.step(state, Uint16Array.of(0), 0, 1);
    kernel.step(state, Uint16Array.of(3), 0, 1);
    kernel.predict(state, probabilities);
    expect(probabilities[4]).toBeGreaterThan(0.95);
  });

  it("gives the same weights for the same seed, others for another, and leaves the start alone", () => {
    const start = newWeights(SHAPE, seededRandom(1));
    const before = start.kernel.slice();
    const dropout = { unitRate: 0.25, rowRate: 0.1 };
    const train = (seed: number): NetworkWeights =>
      trainLstm(start, DATA, settings({ epochs: 3, dropout, random: seededRandom(seed) }));
    expect(train(7)).toEqual(train(7));
    expect(train(8)).not.toEqual(train(7));
    expect(start.kernel).toEqual(before);
  });

  it("tells the loss of each epoch, which falls", () => {
    const losses: number[] = [];
    trainLstm(
      newWeights(SHAPE, seededRandom(1)),
      DATA,
      settings({ epochs: 20, learningRate: 0.05, epochDone: (_epoch, loss) => losses.push(loss) }),
    );
    expect(losses).toHaveLength(20);
    // Seven outcomes that are as likely: log 7 = 1.95.
    expect(losses[0]).toBeLessThan(2.3);
    expect(losses[19]).toBeLessThan((losses[0] ?? 0) / 2);
  });

  it("ignores sequences without steps or weight", () => {
    const start = newWeights(SHAPE, seededRandom(1));
    const none = chains([[0], [1]]);
    expect(trainLstm(start, none, settings())).toEqual(start);
  });
});

describe("TensorFlow.js as reference", () => {
  it("gives the same probabilities for the same weights", async () => {
    const { tf } = await loadTfjs({ backends: ["wasm", "cpu"] });
    const random = seededRandom(11);
    const shape = { inputs: 20, units: 16, outputs: 12 };
    const drawn = newWeights(shape, random);
    // Bias and output bias are drawn too, so that nothing is hidden by a zero.
    const weights = {
      ...drawn,
      bias: drawn.bias.map(() => random() - 0.5),
      outputBias: drawn.outputBias.map(() => random() - 0.5),
    };
    const steps = 20;
    const rows = Uint16Array.from({ length: 2 * steps }, () => Math.floor(random() * 20));
    const input = tf.buffer([1, steps, 20]);
    for (let i = 0; i < rows.length; i += 1) {
      const step = Math.floor(i / 2);
      input.set(input.get(0, step, rows[i] ?? 0) + 1, 0, step, rows[i] ?? 0);
    }
    const model = tfjsModel(tf, weights);
    const theirs = (model.predict(input.toTensor()) as { dataSync(): Float32Array }).dataSync();
    const kernel = new LstmKernel(weights);
    const state = new Float32Array(kernel.stateLength);
    const ours = new Float64Array(12);
    for (let step = 0; step < steps; step += 1) {
      kernel.step(state, rows, 2 * step, 2);
      kernel.predict(state, ours);
      ours.forEach((probability, outcome) => {
        const difference = Math.abs(probability - (theirs[step * 12 + outcome] ?? NaN));
        expect(difference).toBeLessThan(1e-4);
      });
    }
  });

  it.each([Infinity, 0.1])(
    "comes to the same weights after an identical epoch of Adam, clipped to %d",
    async (clipNorm) => {
      const { tf } = await loadTfjs({ backends: ["wasm", "cpu"] });
      const start = newWeights(SHAPE, seededRandom(2));
      const losses: number[] = [];
      const epochDone = (_epoch: number, loss: number): void => void losses.push(loss);
      const ours = trainLstm(start, DATA, settings({ clipNorm, epochDone }));
      const same = settings({ clipNorm, epochDone, random: seededRandom(5) });
      const theirs = await trainWithTfjs(tf, start, DATA, same);
      // Adam divides by the root of a square: gradients around 1e-7 move a weight by more than they are.
      expect(largestDifference(ours, theirs)).toBeLessThan(1e-4);
      expect(largestDifference(ours, start)).toBeGreaterThan(1e-2);
      expect(losses[1]).toBeCloseTo(losses[0] ?? NaN, 5);
    },
  );

  it("runs a job of the fitting thread, measured as ours", async () => {
    const { tf } = await loadTfjs({ backends: ["wasm", "cpu"] });
    const start = newWeights(SHAPE, seededRandom(2));
    const epochs: number[] = [];
    const result = await runSequenceJobWithTfjs(
      tf,
      {
        kind: "sequence",
        id: 7,
        training: DATA,
        heldBack: DATA,
        start,
        startIsTrained: true,
        effort: { epochs: 30, minSteps: 0, maxCalls: Infinity, learningRate: 0.05 },
        seed: 1,
      },
      (epoch) => epochs.push(epoch),
    );
    expect([result.id, epochs.length]).toEqual([7, 30]);
    expect(result.heldBack.bits).toBeLessThan(result.startBits ?? 0);
  });
});
