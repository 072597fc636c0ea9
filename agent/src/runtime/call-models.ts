import type { Config } from "../config/schema.js";
import type { CallModel } from "../core/index.js";
import { MixturePayloadModel } from "../models/payload/mixture-payload-model.js";
import { MarkovSequenceModel } from "../models/sequence/markov.js";

/** What the live agent learns of a segment's calls. */
export function liveCallModels({ drift, ingestion }: Config): readonly CallModel[] {
  const options = {
    halfLifeSeconds: drift.referenceHalfLifeSeconds,
    maxOperations: ingestion.maxOperations,
  };
  const { halfLifeSeconds } = options;
  // A mixture takes more than a row of a table: the payload model keeps to limits of its own.
  return [new MarkovSequenceModel(options), new MixturePayloadModel({ halfLifeSeconds })];
}
