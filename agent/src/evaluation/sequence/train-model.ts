import type { LstmSequenceModel } from "../../models/sequence/lstm-sequence-model.js";
import { runSequenceJob } from "../../models/sequence/sequence-job.js";

/**
 * Trains the model on what it has learned so far, as the fitting thread would. Answers what kept it from
 * serving, or undefined.
 */
export function trainModel(
  model: LstmSequenceModel,
  tell: (line: string) => void,
): string | undefined {
  const job = model.dueFit();
  if (job?.kind !== "sequence") return "there are too few calls to train on";
  const result = runSequenceJob(job, (epoch, loss) => {
    if (epoch % TOLD_EPOCHS !== 0) return;
    tell(`  epoch ${epoch}: ${(loss / Math.LN2).toFixed(BITS_DIGITS)} bits`);
  });
  model.adopt(result);
  if (model.servedBy === "lstm") return undefined;
  const bits = [result.heldBack.bits, result.markovBits].map((x) => x.toFixed(BITS_DIGITS));
  return `on what was held back the network needs ${bits.join(" bits a call, the Markov chain ")}`;
}

const TOLD_EPOCHS = 5;
const BITS_DIGITS = 3;
