/** One line of a scrape. */
interface Sample {
  readonly name: string;
  /** As written: `namespace="default",workload="shop"`. */
  readonly labels: string;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;

/** What `/metrics` said at one moment, in the Prometheus text format. */
export class Exposition {
  readonly text: string;
  readonly samples: readonly Sample[];

  constructor(text: string) {
    this.text = text;
    this.samples = text.split("\n").flatMap((line): Sample[] => {
      const [, name, labels, value] = line.startsWith("#") ? [] : (SAMPLE.exec(line) ?? []);
      return name === undefined ? [] : [{ name, labels: labels ?? "", value: Number(value) }];
    });
  }

  /** The samples of `name` whose labels hold all of `labels`. */
  find(name: string, labels: Readonly<Record<string, string>> = {}): readonly Sample[] {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return this.samples.filter(
      (sample) => sample.name === name && wanted.every((pair) => sample.labels.includes(pair)),
    );
  }

  /** Their sum: 0 when there are none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.find(name, labels).reduce((sum, { value }) => sum + value, 0);
  }
}
