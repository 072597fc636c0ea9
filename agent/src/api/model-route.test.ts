import request from "supertest";
import { describe, expect, it } from "vitest";

import { createApi } from "./api.js";
import { apiOptions } from "./fixture.js";
import type { ModelRestoreRequest } from "./options.js";

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
