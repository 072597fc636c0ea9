import type { Config } from "../config/schema.js";
import type { CallModel } from "../core/index.js";
import { PayloadStatisticsModel } from "../models/payload/statistics.js";
import { MarkovSequenceModel } from "../models/sequence/markov.js";

/** What the live agent learns of a segment's calls. */
export function liveCallModels({ drift, ingestion }: Config): readonly CallModel[] {
  const options = {
    halfLifeSeconds: drift.referenceHalfLifeSeconds,
    maxOperations: ingestion.maxOperations,
  };
  return [new MarkovSequenceModel(options), new PayloadStatisticsModel(options)];
}
