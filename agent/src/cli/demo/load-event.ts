/** What the load tells about itself, one JSON object a line. */
export interface LoadEvent {
  readonly event: "progress" | "exports_begin" | "campaign_begins" | "story_ends" | "done";
  readonly storySeconds: number;
  readonly sent: number;
  readonly answered: number;
  /** Answered with an error status. */
  readonly refused: number;
  readonly failed: number;
}

const EVENTS = ["progress", "exports_begin", "campaign_begins", "story_ends", "done"] as const;
const COUNTS = ["storySeconds", "sent", "answered", "refused", "failed"] as const;

/** Undefined for a line that is no event of the load. */
export function readLoadEvent(line: string): LoadEvent | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null) return undefined;
  const fields = message as Readonly<Record<string, unknown>>;
  const wellFormed =
    EVENTS.some((name) => name === fields["event"]) &&
    COUNTS.every((name) => typeof fields[name] === "number");
  // All fields have just been checked, by name and type.
  return wellFormed ? (message as LoadEvent) : undefined;
}
