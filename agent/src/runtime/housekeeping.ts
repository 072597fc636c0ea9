import type { Logger } from "../telemetry/logger.js";
import type { Flow } from "./flow.js";

/** A clock that goes back by more than this is not waited for: every call would be late until then. */
const LONGEST_CLOCK_ERROR_SECONDS = 900;

/** Forgets workloads that nobody calls any more, and those whose time is wrong. */
export function keepHouse(
  { workloads, decisions, asked, ingestion }: Flow,
  nowSeconds: number,
  forgetWorkloadSeconds: number,
  log: Logger,
): void {
  for (const workload of workloads.forgetAheadOf(nowSeconds + LONGEST_CLOCK_ERROR_SECONDS)) {
    decisions.forget(workload);
    asked.forget(workload);
    log.error({ workload }, "the clock was wrong: what was learned on its time is forgotten");
  }
  for (const workload of workloads.forgetSilentSince(nowSeconds - forgetWorkloadSeconds)) {
    decisions.forget(workload);
    asked.forget(workload);
    ingestion.forgetWorkload(workload);
    log.info({ workload }, "nobody has called it for long: it is forgotten");
  }
}
