/** What the agent said to a batch. */
export interface IngestAnswer {
  /** Calls that were not taken and must not be sent again; 0 where the answer can't be read. */
  readonly rejected: number;
  readonly late: number;
  /** Why, in the agent's words: of the first call that was rejected, or of the whole batch. */
  readonly detail: string | undefined;
}

/** The agent's sentences are shorter; a stranger's answer may be anything. */
const MAX_DETAIL_CHARACTERS = 300;

/** Reads the body of an answer: that of a success, or an RFC 9457 problem. Never throws. */
export function readIngestAnswer(body: string): IngestAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return { rejected: 0, late: 0, detail: undefined };
  }
  const fields = typeof answer === "object" && answer !== null ? answer : {};
  const rejected: readonly unknown[] =
    "rejected" in fields && Array.isArray(fields.rejected) ? fields.rejected : [];
  return {
    rejected: rejected.length,
    late: "late" in fields && typeof fields.late === "number" ? fields.late : 0,
    detail: ("detail" in fields ? text(fields.detail) : undefined) ?? reasonOf(rejected[0]),
  };
}

function reasonOf(rejection: unknown): string | undefined {
  if (typeof rejection !== "object" || rejection === null || !("reason" in rejection)) {
    return undefined;
  }
  const field = "field" in rejection ? text(rejection.field) : undefined;
  const reason = text(rejection.reason);
  return field === undefined || reason === undefined ? reason : `${field}: ${reason}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== ""
    ? value.slice(0, MAX_DETAIL_CHARACTERS)
    : undefined;
}
