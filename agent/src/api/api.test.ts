import { gzipSync } from "node:zlib";
import request from "supertest";
import { describe, expect, it } from "vitest";

import { createApi, createMetricsApp } from "./api.js";
import { apiOptions, decision, NOW_SECONDS } from "./fixture.js";
import type { ModelRestoreRequest } from "./options.js";

const TOKEN = "correct horse battery staple";

describe("POST /behavioralData/ingest", () => {
  const path = "/behavioralData/ingest";

  it("takes calls as JSON", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .send({ calls: [{ id: "a" }, 7, { id: "b" }], somethingNew: true });
    expect(response.status).toBe(202);
    expect(response.body).toEqual({
      accepted: 2,
      duplicate: 0,
      late: 0,
      rejected: [{ index: 1, field: "", reason: "expected an object" }],
    });
  });

  it("takes NDJSON, and an unreadable line costs only itself", async () => {
    const deep = "[".repeat(65) + "]".repeat(65);
    const response = await request(createApi(apiOptions()))
      .post(path)
      .type("application/x-ndjson")
      .send(`{"id":"a"}\r\n\n{"id":\n${deep}\n  \n{"id":"b"}`);
    expect(response.status).toBe(202);
    // Blank lines have no index: a=0, truncated=1, deep=2, b=3.
    expect(response.body).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, field: "", reason: expect.stringContaining("not JSON") as string },
        { index: 2, field: "", reason: "nested deeper than 64 levels" },
      ],
    });
  });

  it("takes gzip", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .type("json")
      .set("Content-Encoding", "gzip")
      .serialize((body: unknown) => body as string)
      .send(gzipSync('{"calls":[{},{}]}'));
    expect(response.status).toBe(202);
    expect(response.body).toMatchObject({ accepted: 2 });
  });

  it("takes a batch without calls", async () => {
    const response = await request(createApi(apiOptions())).post(path).send({ calls: [] });
    expect(response.status).toBe(202);
  });

  it("asks to come back when the queue is full", async () => {
    const full = apiOptions({ ingest: () => ({ status: "full", retryAfterSeconds: 1.2 }) });
    const response = await request(createApi(full))
      .post(path)
      .send({ calls: [{}] });
    expect(response.status).toBe(429);
    expect(response.headers["retry-after"]).toBe("2");
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.body).toMatchObject({ type: "urn:presage:problem:queue_full", status: 429 });
  });

  it.each([
    ["an object without calls", {}],
    ["calls that are no array", { calls: "many" }],
    ["a bare array", [{}]],
  ])("refuses %s", async (_name, body) => {
    const response = await request(createApi(apiOptions())).post(path).send(body);
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({
      errors: [{ field: "calls", reason: "expected an array of calls" }],
    });
  });

  it.each([
    ["application/json", JSON.stringify({ calls: Array.from({ length: 1_001 }, () => ({})) })],
    ["application/x-ndjson", "{}\n".repeat(1_001)],
  ])("names the limit of calls in %s", async (type, body) => {
    const response = await request(createApi(apiOptions())).post(path).type(type).send(body);
    expect(response.status).toBe(413);
    expect(response.body).toMatchObject({ errors: [{ field: "calls", reason: "more than 1000" }] });
  });
});

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

describe("GET /explanations", () => {
  it.each([
    ["/explanations/decision-1", 200],
    ["/explanations/decision-2", 404],
    ["/explanations/%E0%A4%A", 400],
    ["/explanations?workload=default/Deployment/shop", 200],
    ["/explanations?service=shop&limit=1", 200],
    ["/explanations?service=bank", 404],
    ["/explanations?workload=shop", 400],
    ["/explanations?service=shop&workload=default/Deployment/shop", 400],
    ["/explanations?service=shop&service=bank", 400],
    ["/explanations?service=shop&limit=0", 400],
    ["/explanations?service=shop&color=red", 400],
    ["/explanations", 400],
  ])("%s gives %i", async (path, status) => {
    const response = await request(createApi(apiOptions())).get(path);
    expect(response.status).toBe(status);
    const type = status === 200 ? "application/json" : "application/problem+json";
    expect(response.headers["content-type"]).toContain(type);
  });

  it("lists what the source gives", async () => {
    const response = await request(createApi(apiOptions())).get("/explanations?service=shop");
    expect(response.body).toMatchObject({ explanations: [{ decision: { branch: "drift" } }] });
  });
});

describe("POST /model/update", () => {
  const path = "/model/update";
  const bundle = {
    formatVersion: 1,
    workload: "default/Deployment/shop",
    segment: "analysts",
    createdAt: "2026-03-01T12:00:00Z",
    identityKeyId: "key-1",
    models: { sequence: { counts: [1, 2] } },
    checksum: "0".repeat(64),
    signature: "f".repeat(64),
  };

  it("hands the bundle over as it came", async () => {
    const received: unknown[] = [];
    const options = apiOptions({
      updateModel: (given) => {
        received.push(given);
        return Promise.resolve({ status: "accepted", detail: "in use" });
      },
    });
    const response = await request(createApi(options)).post(path).send(bundle);
    expect(response.status).toBe(200);
    expect(received).toEqual([bundle]);
  });

  it("tells why a genuine bundle is not taken over", async () => {
    const options = apiOptions({
      updateModel: () =>
        Promise.resolve({
          status: "rejected",
          httpStatus: 409,
          reason: "worse_than_current",
          detail: "6.1 bits a call instead of 4.8",
        }),
    });
    const response = await request(createApi(options)).post(path).send(bundle);
    expect(response.status).toBe(409);
    expect(response.body).toMatchObject({ status: 409, reason: "worse_than_current" });
  });

  it("passes on which field of a bundle is wrong", async () => {
    const options = apiOptions({
      updateModel: () =>
        Promise.resolve({
          status: "rejected",
          httpStatus: 400,
          reason: "malformed",
          detail: "note: is not a known field",
          errors: [{ field: "note", reason: "is not a known field" }],
        }),
    });
    const response = await request(createApi(options))
      .post(path)
      .send({ ...bundle, note: "hi" });
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ reason: "malformed", errors: [{ field: "note" }] });
  });

  it("refuses unknown fields beside restorePrevious", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .send({ restorePrevious: { workload: "a/b/c", segment: "d" }, formatVersion: 1 });
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({
      errors: [{ field: "formatVersion", reason: "is not a known field" }],
    });
  });

  it("brings the former model back", async () => {
    const received: ModelRestoreRequest[] = [];
    const options = apiOptions({
      restoreModel: (given) => {
        received.push(given);
        return Promise.resolve({ status: "accepted", detail: "back" });
      },
    });
    const restorePrevious = { workload: "default/Deployment/shop", segment: "analysts" };
    const response = await request(createApi(options)).post(path).send({ restorePrevious });
    expect(response.status).toBe(200);
    expect(received).toEqual([restorePrevious]);
  });
});

describe("/hooks/alertmanager", () => {
  const path = "/hooks/alertmanager";
  const payload = {
    version: "4",
    groupKey: '{}:{alertname="PresageDrift"}',
    truncatedAlerts: 0,
    status: "firing",
    receiver: "presage",
    groupLabels: { alertname: "PresageDrift" },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://alertmanager:9093",
    alerts: [
      {
        status: "firing",
        labels: { alertname: "PresageDrift", workload: "shop" },
        annotations: { summary: "drift" },
        startsAt: "2026-03-01T11:58:00.123Z",
        endsAt: "0001-01-01T00:00:00Z",
        generatorURL: "http://prometheus:9090/graph",
        fingerprint: "c6eadffa33fcdf37",
      },
    ],
  };

  it("records an alert once, however often it comes", async () => {
    const api = createApi(apiOptions());
    const first = await request(api).post(path).send(payload);
    expect(first.status).toBe(200);
    expect(first.body).toEqual({ recorded: 1, repeated: 0 });
    const second = await request(api).post(path).send(payload);
    expect(second.body).toEqual({ recorded: 0, repeated: 1 });
    const list = await request(api).get(path);
    expect(list.body).toMatchObject({
      alerts: [
        { fingerprint: "c6eadffa33fcdf37", timesReceived: 2, firstReceivedSeconds: NOW_SECONDS },
      ],
      dropped: 0,
    });
  });

  it("takes what Grafana sends", async () => {
    const [alert] = payload.alerts;
    const response = await request(createApi(apiOptions()))
      .post(path)
      .send({
        ...payload,
        version: "1",
        orgId: 1,
        title: "[FIRING:1]",
        state: "alerting",
        message: "**Firing**",
        alerts: [
          {
            ...alert,
            startsAt: "2026-03-01T09:51:03.157076+02:00",
            silenceURL: "http://grafana/silence",
            dashboardURL: "",
            panelURL: "",
            values: { B: 44.2, C: 1 },
          },
        ],
      });
    expect(response.status).toBe(200);
  });

  it("names what is missing", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .send({ ...payload, alerts: [{ status: "firing", labels: {} }] });
    expect(response.status).toBe(400);
    const { errors } = response.body as { errors: { field: string }[] };
    expect(errors.map(({ field }) => field)).toContain("alerts.0.fingerprint");
  });
});

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
    expect((await request(app).post("/behavioralData/ingest")).status).toBe(404);
  });
});

describe("GET /openapi.json", () => {
  it("describes every path of the API", async () => {
    const response = await request(createApi(apiOptions())).get("/openapi.json");
    const document = response.body as {
      openapi: string;
      paths: Record<string, object>;
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
    expect(document.components.schemas).toHaveProperty("Call");
    expect(document.components.schemas).toHaveProperty("AllocationRequest");
  });
});
