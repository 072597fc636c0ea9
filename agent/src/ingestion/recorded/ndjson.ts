import type { WireCall } from "../wire-call.js";
import { problem, type RecordedLine } from "./recorded-line.js";

/**
 * A line of our own format: the call as on the wire, in JSON. A record without a `service` gets the
 * one given. Whether its fields are right is for the ingestion to say, as for any other client.
 */
export function readNdjsonLine(line: string, service: string): RecordedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return problem("is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return problem("is not a JSON object");
  }
  // Not checked here: `Ingestion.ingest` takes records as unknown.
  const record = ("service" in value ? value : { ...value, service }) as WireCall;
  return { kind: "call", record };
}
