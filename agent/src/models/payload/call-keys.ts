import type { ArgumentShape, Call } from "../../core/index.js";
import { InternedKeys } from "../interned-keys.js";

/** Paths remembered at a time, of each kind; about a megabyte at most. */
const MAX_NODES = 4096;

/**
 * What a call carries, as categories: its formats, its argument signature (sorted names with types) and
 * its permission set (sorted names). The keys of the call asked for last are remembered, since a call is
 * scored and then learned from.
 */
export class CallKeys {
  readonly #formatPaths = new InternedKeys(MAX_NODES);
  readonly #argumentPaths = new InternedKeys(MAX_NODES);
  readonly #permissionPaths = new InternedKeys(MAX_NODES);
  #call: Call | undefined;
  #permissions: readonly string[] | undefined;
  formats = "";
  arguments = "";
  permissions = "";

  /** Answers itself, with the keys of this call until it is asked about another. */
  of(call: Call): this {
    if (call === this.#call) return this;
    this.#call = call;
    this.#formatPaths.start();
    this.#formatPaths.descend(call.requestFormat);
    this.#formatPaths.descend(call.responseFormat);
    this.formats = this.#formatPaths.key(call, formatKey);
    this.#argumentPaths.start();
    for (const shape of call.argumentShapes) {
      this.#argumentPaths.descend(shape.name);
      this.#argumentPaths.descend(shape.type);
    }
    this.arguments = this.#argumentPaths.key(call.argumentShapes, argumentSignature);
    // Permission lists are interned upstream, and a segment's callers mostly share one.
    if (call.permissions !== this.#permissions) {
      this.#permissions = call.permissions;
      this.#permissionPaths.start();
      for (const permission of call.permissions) this.#permissionPaths.descend(permission);
      this.permissions = this.#permissionPaths.key(call.permissions, permissionKey);
    }
    return this;
  }
}

function formatKey(call: Call): string {
  return JSON.stringify([call.requestFormat, call.responseFormat]);
}

function argumentSignature(shapes: readonly ArgumentShape[]): string {
  return JSON.stringify(shapes.map((shape) => [shape.name, shape.type]).sort(byText));
}

function permissionKey(permissions: readonly string[]): string {
  return JSON.stringify([...new Set(permissions)].sort());
}

function byText(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [a.join(":"), b.join(":")];
  return left < right ? -1 : left > right ? 1 : 0;
}
