import request from "supertest";
import { describe, expect, it } from "vitest";

import { createApi, createMetricsApp } from "./api.js";
import { apiOptions, decision } from "./fixture.js";

const TOKEN = "correct horse battery staple";

describe("every path", () => {
  it.each(["/keda/default/shop", "/events", "/v1/traces", "/"])("%s is not there", async (path) => {
    const response = await request(createApi(apiOptions())).post(path);
    expect(response.status).toBe(404);
    expect(response.body).toMatchObject({ type: "urn:presage:problem:not_found", status: 404 });
  });

  it("lists the methods that a path takes", async () => {
    const api = createApi(apiOptions());
    const refused = await request(api).delete("/hooks/alertmanager");
    expect(refused.status).toBe(405);
    expect(refused.headers["allow"]).toBe("GET, HEAD, POST, OPTIONS");
    const asked = await request(api).options("/allocation/request");
    expect(asked.status).toBe(204);
    expect(asked.headers["allow"]).toBe("POST, OPTIONS");
  });

  it("hides what goes wrong inside, and reports it", async () => {
    const reported: unknown[] = [];
    const options = apiOptions({
      decide: () => {
        throw new Error("secret");
      },
      reportError: (error, at) => reported.push([error, at]),
    });
    const response = await request(createApi(options))
      .post("/allocation/request")
      .send({ service: "shop", currentResources: decision.current });
    expect(response.status).toBe(500);
    expect(response.text).not.toContain("secret");
    expect(response.text).not.toContain(".ts");
    expect(reported).toEqual([
      [expect.any(Error), { method: "POST", path: "/allocation/request" }],
    ]);
  });
});

describe("authorization", () => {
  const api = createApi(apiOptions({ token: TOKEN }));

  it.each([
    [undefined, 401],
    ["", 401],
    [TOKEN, 401],
    [`Digest ${TOKEN}`, 401],
    ["Bearer wrong", 401],
    [`Bearer ${TOKEN} `, 200],
    [`bearer ${TOKEN}`, 200],
  ])("%s gives %i", async (authorization, status) => {
    const call = request(api).get("/openapi.json");
    const response = await (authorization === undefined
      ? call
      : call.set("Authorization", authorization));
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers["www-authenticate"]).toContain("Bearer");
  });

  it.each([
    ["/healthz", 200],
    ["/readyz", 200],
    ["/metrics", 401],
    ["/no-such-path", 401],
  ])("%s without a token gives %i", async (path, status) => {
    expect((await request(api).get(path)).status).toBe(status);
  });
});

describe("the listener for probes and Prometheus", () => {
  it("serves three paths and nothing else", async () => {
    const app = createMetricsApp(
      apiOptions({ ready: () => ({ ready: false, reasons: ["checkpoint is being read"] }) }),
    );
    expect((await request(app).get("/healthz")).body).toEqual({ status: "ok" });
    const ready = await request(app).get("/readyz");
    expect(ready.status).toBe(503);
    expect(ready.body).toEqual({ ready: false, reasons: ["checkpoint is being read"] });
    const metrics = await request(app).get("/metrics");
    expect(metrics.status).toBe(200);
    expect(metrics.headers["content-type"]).toBe("text/plain; version=0.0.4");
    const elsewhere = await request(app).post("/behavioralData/ingest");
    expect(elsewhere.status).toBe(404);
    // It has no /openapi.json to point to.
    expect(elsewhere.body).toMatchObject({ detail: "there are /metrics, /healthz and /readyz" });
  });
});

describe("GET /openapi.json", () => {
  it("describes every path of the API", async () => {
    const response = await request(createApi(apiOptions())).get("/openapi.json");
    const document = response.body as {
      openapi: string;
      paths: Record<string, Record<string, { responses: Record<string, object> }>>;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toEqual([
      "/allocation/request",
      "/behavioralData/ingest",
      "/explanations",
      "/explanations/{decisionId}",
      "/healthz",
      "/hooks/alertmanager",
      "/metrics",
      "/model/update",
      "/readyz",
    ]);
    for (const operations of Object.values(document.paths)) {
      for (const operation of Object.values(operations)) {
        expect(Object.keys(operation.responses)).toEqual(
          expect.arrayContaining(["405", "421", "503"]),
        );
      }
    }
    // Its own words about "not ready yet", not the common ones.
    expect(document.paths["/readyz"]?.["get"]?.responses["503"]).toMatchObject({
      description: "Not yet, and why.",
    });
    expect(document.components.schemas).toHaveProperty("Call");
    expect(document.components.schemas).toHaveProperty("AllocationRequest");
  });
});
