import { setTimeout as wait } from "node:timers/promises";

/** What became of calls that were sent, over all batches. */
export interface SendCounts {
  accepted: number;
  duplicate: number;
  late: number;
  rejected: number;
  /** Batches that were answered 429 and sent again. */
  retries: number;
}

const MILLISECONDS_PER_SECOND = 1000;
const DEFAULT_BATCH_CALLS = 500;
/** An agent that refuses the same batch this often takes nothing any more. */
const MAX_RETRIES = 120;

interface IngestAnswer {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  readonly rejected: readonly { readonly field: string; readonly reason: string }[];
}

export function noneSent(): SendCounts {
  return { accepted: 0, duplicate: 0, late: 0, rejected: 0, retries: 0 };
}

/** Sends calls in batches, one after the other, and again after a 429 when it says so. */
export async function sendCalls(
  apiUrl: string,
  calls: readonly object[],
  batchCalls: number = DEFAULT_BATCH_CALLS,
): Promise<SendCounts> {
  const counts = noneSent();
  for (let from = 0; from < calls.length; from += batchCalls) {
    await sendBatch(
      apiUrl,
      JSON.stringify({ calls: calls.slice(from, from + batchCalls) }),
      counts,
    );
  }
  return counts;
}

/** Sends one body of calls until it is taken. Rejects on any other answer than 202 and 429. */
export async function sendBatch(apiUrl: string, body: string, counts: SendCounts): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(`${apiUrl}/behavioralData/ingest`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    if (response.status === 429 && attempt < MAX_RETRIES) {
      await response.arrayBuffer();
      counts.retries += 1;
      await wait(Number(response.headers.get("retry-after") ?? 1) * MILLISECONDS_PER_SECOND);
      continue;
    }
    const text = await response.text();
    if (response.status !== 202) throw new Error(`ingest answered ${response.status}: ${text}`);
    // The agent's own answer; a wrong one shows in the sums.
    const answer = JSON.parse(text) as IngestAnswer;
    counts.accepted += answer.accepted;
    counts.duplicate += answer.duplicate;
    counts.late += answer.late;
    counts.rejected += answer.rejected.length;
    return;
  }
}
