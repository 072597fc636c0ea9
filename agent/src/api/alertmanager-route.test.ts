import request from "supertest";
import { describe, expect, it } from "vitest";

import { createApi } from "./api.js";
import { apiOptions, NOW_SECONDS } from "./fixture.js";

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
