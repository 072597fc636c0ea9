import { Agent as HttpAgent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { callOf } from "./session-calls.js";

const MILLISECONDS_PER_SECOND = 1000;
const REQUESTS_PER_SECOND = 80;
const BATCH_CALLS = 10;
/** So many that each stays short: their network is not trained meanwhile. */
const SESSIONS = 1500;
const OPERATIONS = 8;
const MAX_CONNECTIONS = 16;
const ASK_SECONDS = 0.25;
const ACCEPTED = 202;

/** How long requests took, sent at a steady pace whether or not those before were answered. */
export interface LatencyFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly p99Seconds: number;
}

/** Small batches of calls to an agent, 80 a second, as its callers send them. */
export class SteadyIngest {
  readonly #url: string;
  readonly #connections = new HttpAgent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  #calls = 0;

  constructor(apiUrl: string) {
    this.#url = `${apiUrl}/behavioralData/ingest`;
  }

  /**
   * Sends until `holds` says no, asked four times a second, or time is up. What was sent between two
   * answers counts when both were yes. Rejects when a request is not accepted.
   */
  async whileItHolds(
    holds: () => Promise<boolean>,
    longestSeconds: number,
  ): Promise<LatencyFigures> {
    const latencies: number[] = [];
    const start = performance.now();
    const elapsed = (): number => (performance.now() - start) / MILLISECONDS_PER_SECOND;
    let seconds = 0;
    while (elapsed() < longestSeconds) {
      const sent = await this.#sendFor(ASK_SECONDS);
      if (!(await holds())) break;
      latencies.push(...sent);
      seconds = elapsed();
    }
    latencies.sort((a, b) => a - b);
    const p99Seconds = latencies[Math.max(0, Math.ceil(0.99 * latencies.length) - 1)] ?? NaN;
    return { requests: latencies.length, seconds, p99Seconds };
  }

  close(): void {
    this.#connections.destroy();
  }

  async #sendFor(seconds: number): Promise<readonly number[]> {
    const count = Math.round(seconds * REQUESTS_PER_SECOND);
    const requests: Promise<number>[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      requests.push(this.#send());
      await wait(MILLISECONDS_PER_SECOND / REQUESTS_PER_SECOND);
    }
    return Promise.all(requests);
  }

  #send(): Promise<number> {
    const timestamp = Date.now() / MILLISECONDS_PER_SECOND;
    const calls = Array.from({ length: BATCH_CALLS }, () => {
      this.#calls += 1;
      const session = this.#calls % SESSIONS;
      const operation = (session + Math.floor(this.#calls / SESSIONS)) % OPERATIONS;
      const id = `steady-${this.#calls}`;
      return callOf({ id, timestamp, session: `steady-${session}`, role: "steady", operation });
    });
    const body = JSON.stringify({ calls });
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const outgoing = request(
        this.#url,
        {
          method: "POST",
          agent: this.#connections,
          headers: { "content-type": "application/json" },
        },
        (response) => {
          response.resume();
          response.once("end", () => {
            if (response.statusCode === ACCEPTED) {
              resolve((performance.now() - start) / MILLISECONDS_PER_SECOND);
            } else reject(new Error(`ingest answered ${response.statusCode}`));
          });
        },
      );
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  }
}
