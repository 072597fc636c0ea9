import { z } from "zod";
import { configSchema } from "./schema.js";

/** How a value is written. */
type ConfigForm =
  | "whole number"
  | "number"
  | "yes or no"
  | "text"
  | "list of numbers"
  | "list of texts"
  | "list of objects";

/** One key of the configuration, as the schema describes it. */
export interface ConfigKey {
  /** `api.port`; the keys of the objects of a list are `scrape[].url`. */
  readonly path: string;
  /** `PRESAGE_API_PORT`; undefined for keys inside a list. */
  readonly variable: string | undefined;
  readonly form: ConfigForm;
  readonly meaning: string;
  /** As JSON; undefined when there is none. */
  readonly defaultValue: string | undefined;
  readonly required: boolean;
  /** The limits in words; empty when there are none. */
  readonly limits: string;
}

export const VARIABLE_PREFIX = "PRESAGE_";

/** Inside a list, in place of an index. */
export const ANY_INDEX = "[]";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Every key that holds a value, in the order of the schema. */
export const CONFIG_KEYS: readonly ConfigKey[] = [
  ...keysOf(z.toJSONSchema(configSchema, { io: "input" }), ""),
];

function* keysOf(schema: JsonSchema, prefix: string): Generator<ConfigKey> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (typeof child === "boolean") {
      continue;
    }
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (child.type === "object") {
      yield* keysOf(child, path);
      continue;
    }
    yield {
      path,
      variable: path.includes(ANY_INDEX) ? undefined : variableOf(path),
      form: formOf(child),
      meaning: child.description ?? "",
      defaultValue: child.default === undefined ? undefined : JSON.stringify(child.default),
      required: schema.required?.includes(name) ?? false,
      limits: limitsOf(child),
    };
    const items = itemsOf(child);
    if (items?.type === "object") {
      yield* keysOf(items, `${path}${ANY_INDEX}`);
    }
  }
}

/** `api.maxBodyBytes` -> `PRESAGE_API_MAX_BODY_BYTES`. */
function variableOf(path: string): string {
  const words = path.replaceAll(".", "_").replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return `${VARIABLE_PREFIX}${words.toUpperCase()}`;
}

function listFormOf(items: JsonSchema | undefined): ConfigForm {
  if (items?.type === "object") {
    return "list of objects";
  }
  return items?.type === "integer" ? "list of numbers" : "list of texts";
}

function formOf(schema: JsonSchema): ConfigForm {
  switch (schema.type) {
    case "integer":
      return "whole number";
    case "number":
      return "number";
    case "boolean":
      return "yes or no";
    case "array":
      return listFormOf(itemsOf(schema));
    default:
      return "text";
  }
}

function limitsOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  }
  if (schema.minimum !== undefined && schema.maximum !== undefined) {
    return `${schema.minimum} to ${schema.maximum}`;
  }
  const items = itemsOf(schema);
  if (items !== undefined) {
    const each = limitsOf(items);
    const count = `${schema.minItems ?? 0} to ${schema.maxItems ?? "any number of"} entries`;
    return each === "" ? count : `${count}, each ${each}`;
  }
  return "";
}

/** The schema of a list's entries; undefined when it is no list. */
function itemsOf(schema: JsonSchema): JsonSchema | undefined {
  const { items } = schema;
  return typeof items === "object" && !Array.isArray(items) ? items : undefined;
}
