import { readFileSync } from "node:fs";
import { LineCounter, parseDocument, type Document } from "yaml";
import { ConfigError } from "./config-error.js";
import { isTree, withoutEmpty, type ConfigLayer, type ConfigPath } from "./layer.js";

/** Reads a YAML file. Throws a ConfigError when it can't be read or is not YAML with keys. */
export function fileLayer(file: string): ConfigLayer {
  const lines = new LineCounter();
  const document = parseDocument(readConfigFile(file), { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({
        key: "",
        problem: `not valid YAML: ${error.message}`,
        source: `${file}:${lines.linePos(error.pos[0]).line}`,
      })),
    );
  }
  const values = valuesOf(document, file);
  return {
    values: withoutEmpty(values),
    sourceOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? file : `${file}:${lines.linePos(offset).line}`;
    },
  };
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw fileError(file, `can't be read: ${messageOf(error)}`);
  }
}

function valuesOf(document: Document, file: string) {
  let values: unknown;
  try {
    values = document.toJS();
  } catch (error) {
    // The parser refuses documents whose aliases would grow without bound.
    throw fileError(file, `not valid YAML: ${messageOf(error)}`);
  }
  // An empty file sets nothing.
  if (values === null || values === undefined) {
    return {};
  }
  if (!isTree(values)) {
    throw fileError(file, "must hold keys with values, such as windowSeconds: 10");
  }
  return values;
}

function offsetOf(document: Document, path: ConfigPath): number | undefined {
  const node: unknown = document.getIn(path, true);
  const range: unknown = isTree(node) ? node["range"] : undefined;
  const offset: unknown = Array.isArray(range) ? (range as readonly unknown[])[0] : undefined;
  return typeof offset === "number" ? offset : undefined;
}

function fileError(file: string, problem: string): ConfigError {
  return new ConfigError([{ key: "", problem, source: file }]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
