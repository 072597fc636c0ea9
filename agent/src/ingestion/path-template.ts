/** A template with what has been named after it: method -> operation. */
export interface NamedTemplate {
  readonly template: string;
  readonly operations: Map<string, string>;
}

/** A template of its own segments; `undefined` stands for a parameter. */
interface TemplateNode {
  readonly children: Map<string, TemplateNode>;
  parameter: TemplateNode | undefined;
  /** A last segment that takes all the rest (`*`). */
  rest: NamedTemplate | undefined;
  end: NamedTemplate | undefined;
}

function templateNode(): TemplateNode {
  return { children: new Map(), parameter: undefined, rest: undefined, end: undefined };
}

/** Express writes `:id`, sometimes with a pattern and a modifier: `:id(\\d+)?`. */
const COLON_PARAMETER = /:([A-Za-z_]\w*)(?:\([^)]*\))?[?+*]?/g;
/** Express 5 and others write `*splat`. */
const WILDCARD = /^\*(\w*)$/;

/** A template as operations write it: `/orders/:id` is `/orders/{id}`, without query or end slash. */
export function normalizeTemplate(template: string): string {
  const segments = pathSegments(template).map((segment) => {
    const wildcard = WILDCARD.exec(segment);
    if (wildcard !== null) return `{${wildcard[1] === "" ? "rest" : (wildcard[1] ?? "rest")}}`;
    return segment.replace(COLON_PARAMETER, "{$1}");
  });
  return `/${segments.join("/")}`;
}

/** Where the path ends in `path?query#fragment`. */
export function pathEnd(path: string): number {
  for (let position = 0; position < path.length; position++) {
    const code = path.charCodeAt(position);
    if (code === 0x3f || code === 0x23) return position;
  }
  return path.length;
}

const SCHEME = "://";

/**
 * The segments of a path: without query, empty segments, matrix parameters (`;jsessionid=..`), and
 * the origin that proxies write before it.
 */
export function pathSegments(path: string): string[] {
  const end = pathEnd(path);
  let start = 0;
  if (path.charCodeAt(0) !== 0x2f) {
    const scheme = path.indexOf(SCHEME);
    if (scheme > 0 && scheme < end) {
      const slash = path.indexOf("/", scheme + SCHEME.length);
      start = slash < 0 || slash > end ? end : slash;
    }
  }
  const segments: string[] = [];
  while (start < end) {
    let next = path.indexOf("/", start);
    if (next < 0 || next > end) next = end;
    if (next > start) {
      const semicolon = path.indexOf(";", start);
      const stop = semicolon >= 0 && semicolon < next ? semicolon : next;
      if (stop > start) segments.push(path.slice(start, stop));
    }
    start = next + 1;
  }
  return segments;
}

/** Templates as given in the configuration. A segment as written wins over a parameter, that over `*`. */
export class PathTemplates {
  readonly #root = templateNode();

  constructor(templates: readonly string[]) {
    for (const template of templates) this.#add(template);
  }

  match(segments: readonly string[]): NamedTemplate | undefined {
    return matchFrom(this.#root, segments, 0);
  }

  #add(template: string): void {
    const normalized = normalizeTemplate(template);
    const named: NamedTemplate = { template: normalized, operations: new Map() };
    const written = pathSegments(template);
    const takesRest = WILDCARD.test(written.at(-1) ?? "");
    let node = this.#root;
    for (const segment of takesRest ? written.slice(0, -1) : written) {
      const isParameter = segment.startsWith(":") || segment.startsWith("{");
      if (isParameter) {
        node.parameter ??= templateNode();
        node = node.parameter;
      } else {
        const child = node.children.get(segment) ?? templateNode();
        node.children.set(segment, child);
        node = child;
      }
    }
    if (takesRest) node.rest ??= named;
    else node.end ??= named;
  }
}

function matchFrom(
  node: TemplateNode,
  segments: readonly string[],
  position: number,
): NamedTemplate | undefined {
  const segment = segments[position];
  if (segment === undefined) return node.end ?? node.rest;
  const child = node.children.get(segment);
  const asWritten = child && matchFrom(child, segments, position + 1);
  if (asWritten !== undefined) return asWritten;
  const asParameter = node.parameter && matchFrom(node.parameter, segments, position + 1);
  return asParameter ?? node.rest;
}
