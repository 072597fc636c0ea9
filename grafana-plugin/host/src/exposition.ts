/** Reads Prometheus' text format 0.0.4, as far as a page needs it: samples, without types and times. */

export interface ExposedSample {
  /** The name and the labels as they were written: the same for each sample of a series. */
  readonly key: string;
  /** `__name__` among them. */
  readonly labels: Readonly<Record<string, string>>;
  /** As it was written: `1.5`, `NaN`, `+Inf`. */
  readonly value: string;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED: Readonly<Record<string, string>> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

/** Samples of metrics whose name begins with the prefix; other lines are passed over. */
export function readExposition(text: string, prefix: string): ExposedSample[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith(prefix))
    .flatMap((line) => {
      const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
      if (name === undefined || value === undefined) return [];
      return [
        { key: `${name}{${labels}}`, labels: { __name__: name, ...readLabels(labels) }, value },
      ];
    });
}

function readLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(LABEL)].map(([, name = "", value = ""]) => [
      name,
      value.replace(/\\[n"\\]/g, (escaped) => ESCAPED[escaped] ?? escaped),
    ]),
  );
}
