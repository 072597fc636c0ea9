import type { Config } from "../config/schema.js";
import type { CallModel } from "../core/index.js";
import { MixturePayloadModel } from "../models/payload/mixture-payload-model.js";
import { LstmSequenceModel } from "../models/sequence/lstm-sequence-model.js";

/** What the live agent learns of a segment's calls. */
export function liveCallModels({
  behavior,
  drift,
  ingestion,
  training,
}: Config): readonly CallModel[] {
  const halfLifeSeconds = drift.referenceHalfLifeSeconds;
  return [
    new LstmSequenceModel({
      halfLifeSeconds,
      maxOperations: ingestion.maxOperations,
      sessionGapSeconds: behavior.sessionGapSeconds,
      maxSessions: Math.min(behavior.maxSessions, training.maxSessions),
      maxTrainingSteps: training.maxCalls,
    }),
    // A mixture takes more than a row of a table: the payload model keeps to limits of its own.
    new MixturePayloadModel({ halfLifeSeconds }),
  ];
}
