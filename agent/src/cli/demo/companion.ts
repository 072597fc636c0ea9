/**
 * Whoever has started the demo may build the panel behind it, and show it in a browser. The two talk over
 * the channel that node:child_process opens: the demo says where things run, the companion how far it is.
 */

/** What the companion is told, once everything runs. Addresses are without a path. */
export interface WhereThingsRun {
  readonly metricsUrl: string;
  readonly prometheusUrl: string | undefined;
  readonly workload: string;
  /** The story's clock, as `acceleratedClock` takes it: seconds since the Unix epoch, and its pace. */
  readonly clock: {
    readonly startSeconds: number;
    readonly machineStartSeconds: number;
    readonly rate: number;
  };
}

/** How far the panel is. */
export type PanelNews =
  | { readonly kind: "under_way"; readonly phase: string; readonly seconds: number }
  | { readonly kind: "ready"; readonly url: string }
  | { readonly kind: "failed"; readonly why: string };

/** The part of `process` that the channel is. `send` is there when there is a channel. */
export interface Channel {
  send?: ((message: unknown) => boolean) | undefined;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

export class Companion {
  readonly #send: (message: unknown) => boolean;
  #news: PanelNews | undefined;

  private constructor(channel: Channel, send: (message: unknown) => boolean) {
    this.#send = send;
    channel.on("message", (message) => {
      this.#news = readPanelNews(message) ?? this.#news;
    });
  }

  /** Undefined when nobody listens: the demo was started by itself. */
  static of(channel: Channel): Companion | undefined {
    return channel.send === undefined
      ? undefined
      : new Companion(channel, channel.send.bind(channel));
  }

  announce(where: WhereThingsRun): void {
    this.#send(where);
  }

  /** The last there was. */
  get news(): PanelNews | undefined {
    return this.#news;
  }
}

/** `http://127.0.0.1:3470`, or why there is none yet. */
export function newsInWords(news: PanelNews | undefined): string {
  if (news === undefined) return "waiting to be built";
  if (news.kind === "ready") return news.url;
  if (news.kind === "failed") return news.why;
  return `${news.phase}, ${String(Math.floor(news.seconds))} s`;
}

/** Undefined for a message of another kind. */
export function readPanelNews(message: unknown): PanelNews | undefined {
  if (typeof message !== "object" || message === null || !("kind" in message)) return undefined;
  if (
    message.kind === "under_way" &&
    "phase" in message &&
    typeof message.phase === "string" &&
    "seconds" in message &&
    typeof message.seconds === "number"
  ) {
    return { kind: "under_way", phase: message.phase, seconds: message.seconds };
  }
  if (message.kind === "ready" && "url" in message && typeof message.url === "string") {
    return { kind: "ready", url: message.url };
  }
  if (message.kind === "failed" && "why" in message && typeof message.why === "string") {
    return { kind: "failed", why: message.why };
  }
  return undefined;
}
