import type { ConfigProblem } from "./config-error.js";
import { CONFIG_KEYS, VARIABLE_PREFIX, type ConfigKey } from "./keys.js";
import { mergeTrees, type ConfigLayer, type ConfigTree } from "./layer.js";
import { nearest } from "./nearest.js";

/** The variables of a process, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const KEY_OF_VARIABLE: ReadonlyMap<string, ConfigKey> = new Map(
  CONFIG_KEYS.flatMap((key) => (key.variable === undefined ? [] : [[key.variable, key] as const])),
);

/**
 * Kubernetes adds variables for every Service of the namespace to every pod, so a Service called
 * `presage` or `presage-api` brings `PRESAGE_PORT`, `PRESAGE_API_PORT_9470_TCP_ADDR` and more.
 * Source: Kubernetes documentation, "Accessing the Service", environment variables.
 */
const SERVICE_LINK =
  /_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/;
const SERVICE_LINK_PORT = /^(?:tcp|udp|sctp):\/\//;

/**
 * Reads the `PRESAGE_*` variables; an empty one counts as not set. Unknown ones are problems, each
 * with the nearest known variable, and don't hide the values of the others.
 */
export function environmentLayer(environment: Environment): {
  readonly layer: ConfigLayer;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  let values: ConfigTree = {};
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || text === undefined || text === "") {
      continue;
    }
    if (isServiceLink(variable, text)) {
      continue;
    }
    const key = KEY_OF_VARIABLE.get(variable);
    if (key === undefined) {
      problems.push(unknownVariable(variable));
      continue;
    }
    const nested = key.path
      .split(".")
      .reduceRight<unknown>((value, step) => ({ [step]: value }), valueOf(text, key));
    values = mergeTrees(values, nested as ConfigTree);
  }
  const variableOfPath = new Map(CONFIG_KEYS.map((key) => [key.path, key.variable]));
  return {
    layer: {
      values,
      // A path may lead into the list that the variable holds.
      sourceOf: (path) => {
        for (let length = path.length; length > 0; length -= 1) {
          const variable = variableOfPath.get(path.slice(0, length).join("."));
          if (variable !== undefined) {
            return `environment variable ${variable}`;
          }
        }
        return "the environment";
      },
    },
    problems,
  };
}

function isServiceLink(variable: string, text: string): boolean {
  return (
    SERVICE_LINK.test(variable) || (variable.endsWith("_PORT") && SERVICE_LINK_PORT.test(text))
  );
}

function unknownVariable(variable: string): ConfigProblem {
  const meant = nearest(variable, KEY_OF_VARIABLE.keys());
  return {
    key: variable,
    problem: `no such variable${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    source: "the environment",
  };
}

/** Text that does not fit the form stays text, so that the schema refuses it by name. */
function valueOf(text: string, key: ConfigKey): unknown {
  switch (key.form) {
    case "whole number":
    case "number":
      return numberOrText(text);
    case "yes or no":
      return text === "true" || (text === "false" ? false : text);
    case "list of numbers":
      return text.startsWith("[") ? jsonOrText(text) : text.split(",").map(numberOrText);
    case "list of texts":
      return text.startsWith("[") ? jsonOrText(text) : text.split(",").map((entry) => entry.trim());
    case "list of objects":
      return jsonOrText(text);
    case "text":
      return text;
  }
}

/** Decimal notation only: `Number` alone would also take hexadecimal and blanks. */
function numberOrText(text: string): unknown {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
