import type { Config } from "../../config/schema.js";
import type { CallModel } from "../../core/index.js";
import { MixturePayloadModel } from "../../models/payload/mixture-payload-model.js";
import { PayloadStatisticsModel } from "../../models/payload/statistics.js";
import { LstmSequenceModel } from "../../models/sequence/lstm-sequence-model.js";
import { MarkovSequenceModel } from "../../models/sequence/markov.js";
import { liveCallModels } from "../../runtime/call-models.js";

type CreateCallModels = (config: Config) => readonly CallModel[];

const simpleSequence = (config: Config): CallModel => new MarkovSequenceModel(optionsOf(config));
const simplePayload = (config: Config): CallModel => new PayloadStatisticsModel(optionsOf(config));

/** Models of a segment's calls that are compared with each other. */
export const MODEL_SETS = {
  /** A Markov chain and running statistics: the simple ones that the others have to beat. */
  before: (config) => [simpleSequence(config), simplePayload(config)],
  /** The network in place of the Markov chain alone. */
  sequence: (config) => [new LstmSequenceModel(optionsOf(config)), simplePayload(config)],
  /** The mixtures in place of the statistics alone: ten times faster to run than with the network. */
  payload: (config) => {
    const { halfLifeSeconds } = optionsOf(config);
    return [simpleSequence(config), new MixturePayloadModel({ halfLifeSeconds })];
  },
  /** Those of the live agent. */
  after: liveCallModels,
} as const satisfies Readonly<Record<string, CreateCallModels>>;

export type ModelSet = keyof typeof MODEL_SETS;

function optionsOf({ drift, ingestion }: Config) {
  return {
    halfLifeSeconds: drift.referenceHalfLifeSeconds,
    maxOperations: ingestion.maxOperations,
  };
}
