import { ManualClock } from "../core/index.js";
import { CallQueue } from "./call-queue.js";
import { SeenIds } from "./deduplication.js";
import { IdentityHasher } from "./identity.js";
import { Ingestion, type IngestionOptions } from "./ingestion.js";
import { Operations } from "./operations.js";

export const NOW = 1_700_000_000;

/** An ingestion with its real parts, at {@link NOW}. */
export function ingestionOf(options: Partial<IngestionOptions> & { capacityCalls?: number } = {}) {
  const clock = new ManualClock(NOW);
  const queue = new CallQueue({ clock, capacityCalls: options.capacityCalls ?? 10_000 });
  const identity = new IdentityHasher(Buffer.alloc(32, 9));
  const ingestion = new Ingestion({
    clock,
    queue,
    identity,
    operations: new Operations(),
    seenIds: new SeenIds({ seed: 5 }),
    watermarkSeconds: () => undefined,
    ...options,
  });
  return { clock, queue, identity, ingestion };
}

/** A good call on the wire but for what `fields` change. */
export const record = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  timestamp: NOW,
  service: "shop",
  method: "GET",
  path: "/orders/1",
  status: 200,
  durationSeconds: 0.01,
  ...fields,
});
