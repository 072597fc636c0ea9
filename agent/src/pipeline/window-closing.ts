import { setImmediate as nextTurn } from "node:timers/promises";
import type { RecentLoad } from "../behavior/recent-load.js";
import type { WindowAssembler } from "../behavior/windows.js";
import type { PipelineOptions } from "./pipeline-options.js";

/** An outage that goes on for more windows than this is skipped: they have nothing to tell. */
const LONGEST_FILLED_OUTAGE_WINDOWS = 360;
/** Windows that are closed in one turn, after a jump of event time: some ten milliseconds of work. */
const WINDOWS_PER_TURN = 50;

/** What is closed, and how. */
export interface WindowClosing {
  readonly windows: WindowAssembler;
  readonly load: RecentLoad;
  readonly options: Pick<PipelineOptions, "windowSeconds" | "waitForFits">;
  /** Closes the open window, and opens the next one. */
  readonly closeWindow: () => Promise<void>;
}

/** Closes every window that ends at or before `seconds`; of a long outage only the last one. */
export async function closeWindowsBefore(
  seconds: number,
  { windows, load, options: { windowSeconds, waitForFits }, closeWindow }: WindowClosing,
): Promise<void> {
  for (let closed = 1; (windows.endSeconds ?? Infinity) <= seconds; closed += 1) {
    await closeWindow();
    const left = (seconds - (windows.endSeconds ?? Infinity)) / windowSeconds;
    if (load.inOutage && left > LONGEST_FILLED_OUTAGE_WINDOWS) {
      windows.skipTo(windows.startOf(seconds) - windowSeconds);
    }
    // A replay has no requests to answer.
    if (closed % WINDOWS_PER_TURN === 0 && !waitForFits) await nextTurn();
  }
}
