import { isLoopback } from "../core/index.js";
import { argumentShape, MAX_CLASSIFIED_CHARACTERS, type ArgumentHash } from "./argument-shape.js";
import { IdentityHasher, readIdentityKey } from "./identity.js";
import type { WireCall } from "./wire-call.js";
import { MAX_ARGUMENT_NAME_CHARACTERS, MAX_ARGUMENTS } from "./wire-limits.js";

const NOTHING = Object.freeze({});

/** Where Express puts the arguments of a request. */
interface RequestWithArguments {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

interface OutgoingArgumentsOptions<R extends RequestWithArguments> {
  readonly agentUrl: string;
  readonly hashKeyFile?: string | undefined;
  readonly argumentsOf?: ((request: R) => Readonly<Record<string, unknown>>) | undefined;
}

/** How arguments leave the service: as shapes, as bounded values over loopback, or not at all. */
export function outgoingArguments<R extends RequestWithArguments>(
  options: OutgoingArgumentsOptions<R>,
): (request: R) => Pick<WireCall, "arguments"> {
  const write = valueWriter(options);
  if (write === undefined) return () => NOTHING;
  const argumentsOf = options.argumentsOf ?? defaultArguments;
  return (request) => {
    let given: Readonly<Record<string, unknown>>;
    try {
      given = argumentsOf(request);
    } catch {
      return NOTHING;
    }
    // Entries and `fromEntries` carry a name like `__proto__` as any other.
    const entries = Object.entries(given).slice(0, MAX_ARGUMENTS);
    if (entries.length === 0) return NOTHING;
    return {
      arguments: Object.fromEntries(
        entries.map(([name, value]) => [
          name.slice(0, MAX_ARGUMENT_NAME_CHARACTERS),
          write(name, value),
        ]),
      ),
    };
  };
}

function valueWriter(
  options: Pick<OutgoingArgumentsOptions<RequestWithArguments>, "agentUrl" | "hashKeyFile">,
): ((name: string, value: unknown) => unknown) | undefined {
  if (options.hashKeyFile !== undefined) {
    const hasher = new IdentityHasher(readIdentityKey(options.hashKeyFile));
    const hash: ArgumentHash = (name, text) => hasher.argument(name, text);
    return (name, value) => {
      const shape = argumentShape(name, value, hash);
      const { type, length, classPattern, characterClassBigrams, keyedHash } = shape;
      return { type, length, classPattern, characterClassBigrams, keyedHash };
    };
  }
  return isLoopback(new URL(options.agentUrl).hostname)
    ? (_, value) => bounded(value, 0)
    : undefined;
}

/** Small enough to wait in the buffer: long texts are cut, nested values keep their first level. */
function bounded(value: unknown, level: number): unknown {
  if (typeof value === "string") return value.slice(0, MAX_CLASSIFIED_CHARACTERS);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (level > 0) return null;
  if (Array.isArray(value)) return value.slice(0, MAX_ARGUMENTS).map((item) => bounded(item, 1));
  const entries = Object.entries(value).slice(0, MAX_ARGUMENTS);
  return Object.fromEntries(entries.map(([name, item]) => [name, bounded(item, 1)]));
}

function defaultArguments(request: RequestWithArguments): Readonly<Record<string, unknown>> {
  return { ...asObject(request.params), ...asObject(request.query), ...asObject(request.body) };
}

function asObject(value: unknown): object {
  const isFields =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array);
  return isFields ? value : NOTHING;
}
