import { expect, test } from "vitest";
import { ManualClock } from "../core/index.js";
import { createLogger, type LogLevel } from "./logger.js";

function capture(level: LogLevel = "info") {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) };
  // 2026-01-02T03:04:05Z
  const logger = createLogger({ level, clock: new ManualClock(1_767_323_045), stream });
  return { logger, lines };
}

test("a line is one JSON object with level, time and message", () => {
  const { logger, lines } = capture();
  logger.info({ port: 9470 }, "listening");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: "info", time: "2026-01-02T03:04:05.000Z", port: 9470, msg: "listening" },
  ]);
});

test("lines under the level are not written", () => {
  const { logger, lines } = capture("warn");
  logger.info("no");
  logger.warn("yes");
  expect(lines).toHaveLength(1);
});

test("neither secrets nor identities are written, three levels deep", () => {
  const { logger, lines } = capture();
  logger.info(
    {
      token: "s3cret",
      config: { key: "s3cret" },
      request: { headers: { authorization: "Bearer s3cret", cookie: "s3cret" } },
      call: { actor: "s3cret", session: "s3cret", userId: "s3cret", operation: "GET /" },
    },
    "seen",
  );
  logger.child({ sessionId: "s3cret" }).info("seen");
  expect(lines.join("")).not.toContain("s3cret");
  expect(lines[0]).toContain('"operation":"GET /"');
  expect(lines[0]).toContain('"authorization":"[redacted]"');
});

test("an error keeps its message", () => {
  const { logger, lines } = capture();
  logger.error({ err: new TypeError("bad snapshot") }, "can't restore");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    err: { type: "TypeError", message: "bad snapshot" },
  });
});
