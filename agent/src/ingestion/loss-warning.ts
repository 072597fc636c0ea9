import type { DropReason } from "./call-sender.js";

const WORDS: Readonly<Record<DropReason, string>> = {
  rejected: "the agent does not take them",
  refused: "the agent refuses them",
  late: "the agent heard of them too late",
  buffer_full: "the agent does not take them and the buffer is full",
  closed: "the service ended before the agent took them",
};

/**
 * Answers a function that warns the process of the first calls that are lost, and then is silent: a
 * service must not be flooded by what watches it, nor lose every call without a word.
 */
export function lossWarning(
  service: string,
): (reason: DropReason, detail: string | undefined) => void {
  let hasWarned = false;
  return (reason, detail) => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(
      `calls of "${service}" are lost: ${WORDS[reason]}` +
        `${detail === undefined ? "" : ` (${detail})`}. ` +
        "Later losses are counted without a warning: see counts() and onDrop.",
      { type: "PresageWarning", code: "PRESAGE_CALLS_LOST" },
    );
  };
}
