import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";

import { readIngestAnswer } from "./ingest-answer.js";
import type { WireCall } from "./wire-call.js";

const INGEST_PATH = "/behavioralData/ingest";
const REQUEST_TIMEOUT_SECONDS = 5;
const FIRST_BACKOFF_SECONDS = 1;
const MAX_BACKOFF_SECONDS = 30;
const MILLISECONDS_PER_SECOND = 1000;
/** Of the agent's answer, which is small, as much as tells how many were left out. */
const MAX_ANSWER_BYTES = 1_048_576;

/** Why calls were given up; `late`: the agent heard of them after it had closed their time. */
export type DropReason = "buffer_full" | "refused" | "rejected" | "late" | "closed";

export interface CallSenderOptions {
  /** `http://127.0.0.1:9470` */
  readonly agentUrl: string;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly batchCalls: number;
  readonly flushSeconds: number;
  readonly maxBufferedCalls: number;
  /** `detail`: what the agent said, or why there was no answer; undefined when neither is known. */
  readonly onDrop: (calls: number, reason: DropReason, detail: string | undefined) => void;
}

interface Answer {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly body: string;
}

/**
 * Sends calls to the agent in batches, one at a time, from a bounded buffer. A batch that did not
 * arrive is sent again with the same ids after a growing pause, so that it counts once; past the
 * bound the oldest waiting calls are dropped and counted. Nothing here throws into the service.
 */
export class CallSender {
  readonly #options: CallSenderOptions;
  readonly #url: URL;
  readonly #agent: http.Agent;
  #token: string | undefined;
  /** Waiting calls, oldest first, from `#head` on. */
  #waiting: WireCall[] = [];
  #head = 0;
  /** The batch that is on its way or will be sent again. */
  #batch: readonly WireCall[] = [];
  #isSending = false;
  /** No new calls; what is left is being sent. */
  #isClosed = false;
  /** Nothing is sent any more. */
  #isDone = false;
  #backoffSeconds = 0;
  /** Why the last batch did not get through. */
  #trouble: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Those who wait until nothing is left. */
  #onIdle: (() => void)[] = [];

  /** Throws a TypeError when the address is not one or the token file can't be read. */
  constructor(options: CallSenderOptions) {
    this.#options = options;
    this.#url = new URL(INGEST_PATH, options.agentUrl);
    const { Agent } = this.#url.protocol === "https:" ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.#token = options.token ?? this.#readToken();
  }

  get buffered(): number {
    return this.#waiting.length - this.#head + this.#batch.length;
  }

  send(call: WireCall): void {
    if (this.#isClosed) {
      this.#options.onDrop(1, "closed", this.#trouble);
      return;
    }
    if (this.buffered >= this.#options.maxBufferedCalls) this.#dropOldest();
    this.#waiting.push(call);
    if (
      this.#waiting.length - this.#head >= this.#options.batchCalls &&
      this.#backoffSeconds === 0
    ) {
      this.#flush();
    } else {
      this.#scheduleFlush(this.#options.flushSeconds);
    }
  }

  /** Sends what is left, for at most `limitSeconds`; what remains then is dropped and counted. */
  async close(limitSeconds: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let limit: NodeJS.Timeout | undefined;
    if (this.buffered > 0) {
      await new Promise<void>((resolve) => {
        limit = setTimeout(resolve, limitSeconds * MILLISECONDS_PER_SECOND);
        this.#onIdle.push(resolve);
        this.#flush();
      });
    }
    clearTimeout(limit);
    clearTimeout(this.#timer);
    this.#isDone = true;
    const left = this.buffered;
    this.#waiting = [];
    this.#head = 0;
    this.#batch = [];
    if (left > 0) this.#options.onDrop(left, "closed", this.#trouble);
    this.#agent.destroy();
  }

  #dropOldest(): void {
    // The batch on its way may have arrived: it is kept, and the oldest behind it goes.
    if (this.#waiting.length > this.#head) this.#advance(1);
    else this.#batch = this.#batch.slice(1);
    this.#options.onDrop(1, "buffer_full", this.#trouble);
  }

  /** Removes from the front; the array is cut when half of it is gone, so that it costs O(1) a call. */
  #advance(calls: number): void {
    this.#head += calls;
    if (this.#head * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
  }

  #scheduleFlush(seconds: number): void {
    if (this.#timer !== undefined || this.#isSending) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, seconds * MILLISECONDS_PER_SECOND);
    // A service that has nothing else to do may end; while it closes, the batches hold it.
    if (!this.#isClosed) this.#timer.unref();
  }

  #flush(): void {
    if (this.#isSending) return;
    if (this.#batch.length === 0) {
      this.#batch = this.#waiting.slice(this.#head, this.#head + this.#options.batchCalls);
      this.#advance(this.#batch.length);
    }
    if (this.#batch.length === 0) {
      for (const resolve of this.#onIdle.splice(0)) resolve();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isSending = true;
    const sent = this.#batch;
    this.#post(JSON.stringify({ calls: sent })).then(
      (answer) => {
        this.#settle(sent, answer);
      },
      (error: unknown) => {
        this.#trouble = error instanceof Error ? error.message : String(error);
        this.#settle(sent, undefined);
      },
    );
  }

  /** `answer` is undefined when there was none. */
  #settle(sent: readonly WireCall[], answer: Answer | undefined): void {
    this.#isSending = false;
    if (this.#isDone) return;
    const status = answer?.status ?? 0;
    const mayWork =
      answer === undefined ||
      status === 401 ||
      status === 403 ||
      status === 408 ||
      status === 429 ||
      status >= 500;
    if (status >= 200 && status < 300) {
      const { rejected, late, detail } = readIngestAnswer(answer?.body ?? "");
      if (rejected > 0) this.#options.onDrop(rejected, "rejected", detail);
      if (late > 0) this.#options.onDrop(late, "late", undefined);
      this.#trouble = undefined;
    } else if (status === 413 && sent.length > 1) {
      // Too large at once: the first half now, the rest waits again in front.
      const half = Math.ceil(sent.length / 2);
      this.#batch = sent.slice(0, half);
      this.#waiting = [...sent.slice(half), ...this.#waiting.slice(this.#head)];
      this.#head = 0;
      this.#flush();
      return;
    } else if (mayWork) {
      if (answer !== undefined) this.#trouble = describe(status, answer.body);
      // The token may have been rotated.
      if (status === 401) this.#token = this.#options.token ?? this.#tryReadToken();
      this.#backoffSeconds = Math.min(
        Math.max(this.#backoffSeconds * 2, FIRST_BACKOFF_SECONDS),
        MAX_BACKOFF_SECONDS,
      );
      this.#scheduleFlush(answer?.retryAfterSeconds ?? this.#backoffSeconds);
      return;
    } else {
      this.#options.onDrop(sent.length, "refused", describe(status, answer.body));
    }
    this.#batch = [];
    this.#backoffSeconds = 0;
    const waiting = this.#waiting.length - this.#head;
    if (waiting >= this.#options.batchCalls || this.#isClosed) this.#flush();
    else if (waiting > 0) this.#scheduleFlush(this.#options.flushSeconds);
  }

  #post(body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { request } = this.#url.protocol === "https:" ? https : http;
      const headers: http.OutgoingHttpHeaders = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      };
      if (this.#token !== undefined) headers["authorization"] = `Bearer ${this.#token}`;
      const outgoing = request(this.#url, { method: "POST", agent: this.#agent, headers });
      // A limit on the whole exchange: the socket's own time-out starts anew with every byte.
      const limit = setTimeout(() => {
        outgoing.destroy(new Error("the agent did not answer in time"));
      }, REQUEST_TIMEOUT_SECONDS * MILLISECONDS_PER_SECOND);
      limit.unref();
      outgoing.on("close", () => {
        clearTimeout(limit);
        reject(new Error("the connection was closed"));
      });
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        const retryAfter = Number(response.headers["retry-after"]);
        let answer = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          if (answer.length < MAX_ANSWER_BYTES) answer += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
            body: answer,
          });
        });
      });
      outgoing.end(body);
    });
  }

  #readToken(): string | undefined {
    const { tokenFile } = this.#options;
    if (tokenFile === undefined) return undefined;
    try {
      return readFileSync(tokenFile, "utf8").trim();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TypeError(`tokenFile can't be read: ${reason}`, { cause: error });
    }
  }

  #tryReadToken(): string | undefined {
    try {
      return this.#readToken();
    } catch {
      return this.#token;
    }
  }
}

function describe(status: number, body: string): string {
  const { detail } = readIngestAnswer(body);
  return detail === undefined ? `status ${status}` : `status ${status}: ${detail}`;
}
