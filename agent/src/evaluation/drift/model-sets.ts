import type { Config } from "../../config/schema.js";
import type { CallModel } from "../../core/index.js";
import { PayloadStatisticsModel } from "../../models/payload/statistics.js";
import { MarkovSequenceModel } from "../../models/sequence/markov.js";
import { liveCallModels } from "../../runtime/call-models.js";

/** Models of a segment's calls that are compared with each other. */
export const MODEL_SETS = {
  /** A Markov chain and running statistics: the simple ones that the others have to beat. */
  before: ({ drift, ingestion }: Config): readonly CallModel[] => {
    const options = {
      halfLifeSeconds: drift.referenceHalfLifeSeconds,
      maxOperations: ingestion.maxOperations,
    };
    return [new MarkovSequenceModel(options), new PayloadStatisticsModel(options)];
  },
  /** Those of the live agent. */
  after: liveCallModels,
} as const;

export type ModelSet = keyof typeof MODEL_SETS;
