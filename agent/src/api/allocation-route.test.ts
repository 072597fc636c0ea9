import request from "supertest";
import { describe, expect, it } from "vitest";

import { createApi } from "./api.js";
import { apiOptions, decision } from "./fixture.js";

describe("POST /allocation/request", () => {
  const path = "/allocation/request";
  const currentResources = decision.current;

  it("answers with the decision, times in RFC 3339", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .send({ service: "shop", currentResources, horizonSeconds: 300 });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      decisionId: "decision-1",
      workload: { namespace: "default", kind: "Deployment", service: "shop" },
      status: "ready",
      statusReason: null,
      branch: "drift",
      driftScore: 0.8,
      forecast: { points: [{ horizonSeconds: 300, callsPerSecond: 40 }] },
      newResources: { target: { replicas: 4 }, lowerBound: { replicas: 3 } },
      counterfactuals: [{ cause: "drift", replicas: 1 }],
      time: "2026-03-01T12:00:00.000Z",
      expiresAt: "2026-03-01T12:05:00.000Z",
    });
    expect(response.headers["etag"]).toBeUndefined();
    expect(response.headers["x-powered-by"]).toBeUndefined();
  });

  it("says null, not a number, for what is unknown", async () => {
    const warmingUp = apiOptions({
      decide: () => ({
        ...decision,
        status: { status: "warming_up", reason: "too_few_windows" },
        branch: "reactive",
        driftScore: undefined,
        confidenceLevel: undefined,
        predictedWorkload: undefined,
        forecast: undefined,
      }),
    });
    const response = await request(createApi(warmingUp))
      .post(path)
      .send({ service: "shop", currentResources });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      status: "warming_up",
      statusReason: "too_few_windows",
      driftScore: null,
      confidenceLevel: null,
      predictedWorkload: null,
      forecast: null,
    });
  });

  it("names each field that it does not know or take", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .type("json")
      .send(
        '{"service":"a/b","replicas":3,"__proto__":{"service":"shop"},"horizonSeconds":-1,' +
          '"currentResources":{"replicas":1.5,"cpuCores":1e999,"memoryBytes":-1,' +
          '"networkBytesPerSecond":1,"gpu":1}}',
      );
    expect(response.status).toBe(400);
    const { errors } = response.body as { errors: { field: string; reason: string }[] };
    expect(errors.map((error) => error.field).sort()).toEqual([
      "__proto__",
      "currentResources.cpuCores",
      "currentResources.gpu",
      "currentResources.memoryBytes",
      "currentResources.replicas",
      "horizonSeconds",
      "replicas",
      "service",
    ]);
    expect(errors).toContainEqual({ field: "replicas", reason: "is not a known field" });
  });

  it("lists no more complaints than help", async () => {
    const unknown = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`field${i}`, i]));
    const response = await request(createApi(apiOptions())).post(path).send(unknown);
    expect(response.status).toBe(400);
    expect((response.body as { errors: unknown[] }).errors).toHaveLength(32);
  });

  it("names the service that it has never seen", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .send({ service: "bank", currentResources });
    expect(response.status).toBe(404);
    expect(response.body).toMatchObject({
      type: "urn:presage:problem:unknown_workload",
      errors: [{ field: "service" }],
    });
  });
});
