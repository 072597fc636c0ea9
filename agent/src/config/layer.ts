/** Values as written, by key; nested like the schema. */
export interface ConfigTree {
  readonly [key: string]: unknown;
}

export type ConfigPath = readonly (string | number)[];

/** The values of one source, which knows where each of them stands. */
export interface ConfigLayer {
  readonly values: ConfigTree;
  sourceOf(path: ConfigPath): string;
}

export function isTree(value: unknown): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `["scrape", 0, "url"]` -> `scrape[0].url`. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") {
      return `${text}[${step}]`;
    }
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** What stands at a path, or undefined. */
export function valueAt(values: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) {
      return typeof step === "number" ? (value as readonly unknown[])[step] : undefined;
    }
    return isTree(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, values);
}

/** The values of `over` on top of those of `under`; lists are replaced, not joined. */
export function mergeTrees(under: ConfigTree, over: ConfigTree): ConfigTree {
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    merged.set(key, isTree(below) && isTree(value) ? mergeTrees(below, value) : value);
  }
  // Unlike an assignment, this makes `__proto__` an ordinary key, which the schema then refuses.
  return Object.fromEntries(merged);
}

/** Without the keys that have no value: a section with all its keys commented out is not set. */
export function withoutEmpty(values: ConfigTree): ConfigTree {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [key, isTree(value) ? withoutEmpty(value) : value]),
  );
}
