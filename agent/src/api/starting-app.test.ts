import supertest from "supertest";
import { expect, it } from "vitest";

import { createStartingApp } from "./starting-app.js";

const app = supertest(
  createStartingApp((error) => {
    throw error instanceof Error ? error : new Error(String(error));
  }),
);

it("runs and is not ready", async () => {
  expect((await app.get("/healthz")).status).toBe(200);
  const readiness = await app.get("/readyz");
  expect(readiness.status).toBe(503);
  expect(readiness.body).toMatchObject({ ready: false, reasons: [expect.any(String)] });
});

it.each(["/behavioralData/ingest", "/metrics", "/none"])("asks to come again: %s", async (path) => {
  const answer = await app.post(path).send({ calls: [] });
  expect(answer.status).toBe(503);
  expect(answer.headers).toMatchObject({
    "retry-after": "1",
    "content-type": expect.stringContaining("application/problem+json") as string,
  });
  expect(answer.body).toMatchObject({ type: "urn:presage:problem:starting", status: 503 });
});
