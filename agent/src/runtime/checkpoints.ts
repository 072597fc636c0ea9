import type { CheckpointStore, Json, Persistent } from "../core/index.js";
import type { Logger } from "../telemetry/logger.js";

/**
 * What is kept, by the name of its section. A part that takes long gives its snapshot in turns of the event
 * loop.
 */
export type CheckpointParts = Readonly<
  Record<string, Persistent & { snapshotInTurns?(): Promise<Json> }>
>;

/** The section that names the key with which callers were hashed. */
export const IDENTITY_SECTION = "identity";

/**
 * Restores the parts from the last checkpoint. One that can't be used (damaged, of a later version, of
 * another identity key) is set aside, and the agent starts anew.
 */
export async function restoreCheckpoint(
  store: CheckpointStore,
  parts: CheckpointParts,
  identityKeyId: string,
  log: Logger,
): Promise<void> {
  const found = await store.load();
  if (found.status === "absent") {
    log.info("no checkpoint yet: learning starts now");
    return;
  }
  if (found.status === "set_aside") {
    // Which and why was said as it was set aside.
    log.warn("no checkpoint can be used: learning starts anew");
    return;
  }
  if (found.sections[IDENTITY_SECTION] !== identityKeyId) {
    log.warn(
      { reason: "key_changed" },
      "the checkpoint was made with another identity key: what it knows of callers is void; starting anew",
    );
    return;
  }
  for (const [name, part] of Object.entries(parts)) {
    const section = found.sections[name];
    if (section === undefined) continue;
    try {
      part.restore(section);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      log.warn({ section: name, problem: error.message }, "this part starts anew");
    }
  }
  log.info(
    found.isPrevious
      ? "learned state restored from the checkpoint before the last one"
      : "learned state restored",
  );
}

/**
 * All sections as of this instant, if nothing touches those parts meanwhile that give theirs in turns: the
 * others are taken before the first turn ends.
 */
export async function checkpointSections(
  parts: CheckpointParts,
  identityKeyId: string,
): Promise<Readonly<Record<string, Json>>> {
  const sections: Record<string, Json> = { [IDENTITY_SECTION]: identityKeyId };
  const all = Object.entries(parts);
  for (const [name, part] of all) {
    if (part.snapshotInTurns === undefined) sections[name] = part.snapshot();
  }
  for (const [name, part] of all) {
    if (part.snapshotInTurns !== undefined) sections[name] = await part.snapshotInTurns();
  }
  return sections;
}
