import { awsPolicy } from "./aws.js";
import { cranePolicy } from "./crane.js";
import { hpaPolicy, reactivePolicy, tunedHpaPolicy } from "./horizontal-autoscaler.js";
import { kedaCronPolicy, kedaPredictLinearPolicy } from "./keda.js";
import type { Policy, PolicyContext, PolicyName } from "./policy.js";
import { holtWintersPredictiveHpa, linearPredictiveHpa } from "./predictive-hpa.js";
import { presagePolicy } from "./presage.js";
import {
  autoregressivePolicy,
  seasonalNaivePolicy,
  staticPeakPolicy,
  windowMaximumPolicy,
} from "./simple-forecasts.js";

/** How each policy is made for a trace. */
export const POLICIES: Readonly<Record<PolicyName, (context: PolicyContext) => Policy>> = {
  presage: presagePolicy,
  hpa: hpaPolicy,
  hpa_tuned: tunedHpaPolicy,
  keda_cron: kedaCronPolicy,
  keda_predict_linear: kedaPredictLinearPolicy,
  phpa_linear: linearPredictiveHpa,
  phpa_holt_winters: holtWintersPredictiveHpa,
  crane: cranePolicy,
  aws: awsPolicy,
  seasonal_naive: seasonalNaivePolicy,
  window_maximum: windowMaximumPolicy,
  ar30: autoregressivePolicy,
  reactive: reactivePolicy,
  static_peak: staticPeakPolicy,
};
