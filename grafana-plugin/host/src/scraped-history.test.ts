import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readExposition } from "./exposition.js";
import { framesOf, type PrometheusAnswer } from "./prometheus-frames.js";
import { ScrapedHistory } from "./scraped-history.js";

const NAME = "presage_drift_score";

describe("the text format", () => {
  it("gives name, labels and value; other metrics and comments are passed over", () => {
    const text = [
      `# HELP ${NAME} How far`,
      `# TYPE ${NAME} gauge`,
      `${NAME}{workload="shop",segment="all"} 0.5`,
      "presage_up 1 1700000000000",
      "process_cpu_seconds_total 3",
      "presage_broken{",
    ].join("\n");
    expect(readExposition(text, "presage_")).toEqual([
      {
        key: `${NAME}{workload="shop",segment="all"}`,
        labels: { __name__: NAME, workload: "shop", segment: "all" },
        value: "0.5",
      },
      { key: "presage_up{}", labels: { __name__: "presage_up" }, value: "1" },
    ]);
  });

  it("gives labels as they were before they were escaped", () => {
    const [sample] = readExposition('presage_x{name="a\\\\b\\"c\\nd,e=\\"}"} NaN', "presage_");
    expect(sample?.labels["name"]).toBe('a\\b"c\nd,e="}');
    expect(sample?.value).toBe("NaN");
  });
});

describe("the history", () => {
  let nowSeconds: number;
  let exposed: string | undefined;
  let history: ScrapedHistory;
  let close: () => Promise<unknown>;

  beforeEach(async () => {
    nowSeconds = 100;
    exposed = `${NAME} 1`;
    const server = createServer((_request, response) => {
      response.writeHead(exposed === undefined ? 503 : 200).end(exposed);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    close = () => new Promise((resolve) => server.close(resolve));
    // A TCP server's address is an AddressInfo, never a pipe's name.
    const { port } = server.address() as AddressInfo;
    history = new ScrapedHistory({
      url: `http://127.0.0.1:${String(port)}/metrics`,
      intervalSeconds: 1,
      maximumScrapes: 5,
      maximumSeries: 2,
      prefix: "presage_",
      now: () => nowSeconds,
    });
  });

  afterEach(async () => {
    await close();
  });

  const scrapeAt = async (seconds: number, text: string | undefined): Promise<void> => {
    nowSeconds = seconds;
    exposed = text;
    await history.scrape();
  };

  const ask = async (path: string, query: string): Promise<PrometheusAnswer> => {
    const request = { method: "GET", path, query, contentType: undefined, body: Buffer.alloc(0) };
    const { body } = await history.dataSource(request);
    // It is in Prometheus' form, or these tests fail.
    return JSON.parse(String(body)) as PrometheusAnswer;
  };

  const range = async (start: number, end: number): Promise<unknown[][]> => {
    const answer = await ask(
      "/api/v1/query_range",
      `query=${NAME}&start=${String(start)}&end=${String(end)}&step=1`,
    );
    return framesOf(answer, { refId: "A", expr: NAME }, 1).map(({ fields }) => [
      ...(fields[1]?.values ?? []),
    ]);
  };

  it("answers as Prometheus does: the last value at each step, gone when it is too old", async () => {
    await scrapeAt(100, `${NAME} 1`);
    await scrapeAt(101.2, `${NAME} 2`);
    // 99: nothing yet; 100, 101: the first; 102, 103, 104: the second, at most 3 intervals old; 105: none.
    expect(await range(99, 105)).toEqual([[1, 1, 2, 2, 2]]);
  });

  it("has a gap where the target did not answer", async () => {
    await scrapeAt(100, `${NAME} 1`);
    await scrapeAt(101, undefined);
    await scrapeAt(104, `${NAME} 2`);
    // Until 103 the first holds; at 104 comes the next.
    expect(await range(100, 104)).toEqual([[1, 1, 1, 1, 2]]);
    await scrapeAt(109, `${NAME} 3`);
    expect(await range(108, 109)).toEqual([[3]]);
  });

  it("forgets what is old, and leaves out what is too much", async () => {
    for (let seconds = 100; seconds < 110; seconds += 1) {
      await scrapeAt(seconds, `${NAME}{a="1"} 1\n${NAME}{a="2"} 2\n${NAME}{a="3"} 3`);
    }
    // Five scrapes, of which each keeps two series.
    expect(await range(100, 109)).toEqual([
      [1, 1, 1, 1, 1],
      [2, 2, 2, 2, 2],
    ]);
  });

  it("answers an instant query", async () => {
    await scrapeAt(100, `${NAME} 1`);
    const answer = await ask("/api/v1/query", `query=${NAME}&time=100`);
    expect(answer.data).toEqual({
      resultType: "vector",
      result: [{ metric: { __name__: NAME }, value: [100, "1"] }],
    });
  });

  it.each([
    ["/api/v1/query_range", "query=sum(up)&start=1&end=2&step=1", "only names of metrics"],
    ["/api/v1/query_range", `query=${NAME}&start=2&end=1&step=1`, "must be a range"],
    ["/api/v1/query_range", `query=${NAME}&start=1&end=2&step=0`, "must be a range"],
    ["/api/v1/query_range", `query=${NAME}&start=0&end=1e9&step=1`, "too many steps"],
    ["/api/v1/labels", `query=${NAME}`, "there is no Prometheus"],
  ])("says what it can't do: %s?%s", async (path, query, words) => {
    expect(await ask(path, query)).toMatchObject({
      status: "error",
      error: expect.stringContaining(words) as string,
    });
  });
});
